import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createGzip, gunzip } from 'node:zlib'

/** Fast rather than small: descriptions and bundles shrink to a tenth either way. */
const LEVEL = 3

/** Texts may have megabytes: compressing is for another thread, and encoding is done a piece at a time. */
export async function compressText(text: string): Promise<Uint8Array> {
  return buffer(Readable.from(encodeInTurns(text)).pipe(createGzip({ level: LEVEL })))
}

export async function decompressText(bytes: Uint8Array): Promise<string> {
  return (await promisify(gunzip)(bytes)).toString('utf8')
}

/** The SHA-256 of a text in hexadecimal digits; other work goes on meanwhile. */
export async function digestOfText(text: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of encodeInTurns(text)) hash.update(piece)
  return hash.digest('hex')
}

const PIECE = 1024 * 1024

/** The text as UTF-8, a piece in a turn of the event loop: encoding and hashing 13 MB at once takes 50 ms. */
async function* encodeInTurns(text: string): AsyncGenerator<Buffer> {
  for (let from = 0; from < text.length;) {
    const to = endOfPiece(text, from + PIECE)
    yield Buffer.from(text.slice(from, to))
    from = to
    if (from < text.length) await nextTurn()
  }
}

/** Two halves of one character stay together. */
function endOfPiece(text: string, to: number): number {
  const isHighSurrogate = (text.charCodeAt(to - 1) & 0xfc00) === 0xd800
  return isHighSurrogate ? to + 1 : to
}
