/** A part of a stream: what its first byte says, and its content. Connect and gRPC write them alike. */
export interface Frame {
  readonly flags: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

const HEAD = 5

/** One byte of flags, four of length, big-endian (gRPC PROTOCOL-HTTP2.md, Length-Prefixed-Message). */
export function writeFrame({ flags, bytes }: Frame): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(HEAD + bytes.length)
  const view = new DataView(frame.buffer)
  view.setUint8(0, flags)
  view.setUint32(1, bytes.length)
  frame.set(bytes, HEAD)
  return frame
}

/** All frames that are whole. @returns `isCut` when something is left behind the last of them */
export function readFrames(bytes: Uint8Array<ArrayBuffer>): {
  readonly frames: readonly Frame[]
  readonly isCut: boolean
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Frame[] = []
  let start = 0
  while (start + HEAD <= bytes.length) {
    const end = start + HEAD + view.getUint32(start + 1)
    if (end > bytes.length) break
    frames.push({ flags: view.getUint8(start), bytes: bytes.slice(start + HEAD, end) })
    start = end
  }
  return { frames, isCut: start < bytes.length }
}
