import { MetaError } from '../errors/meta-error.ts'
import { hostKey } from './address.ts'

/** @throws MetaError LIMIT_EXCEEDED as soon as there are more bytes */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null,
  limitBytes: number,
  url: URL,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > limitBytes) {
      throw new MetaError(
        'LIMIT_EXCEEDED',
        `"${hostKey(url)}" answered more than ${limitBytes} bytes.`,
        'Ask for less: a smaller page, fewer fields, a narrower query.',
      )
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
