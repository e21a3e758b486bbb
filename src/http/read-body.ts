import type { IncomingMessage } from 'node:http'
import { MetaError } from '../errors/meta-error.ts'

/** @throws MetaError DESCRIPTION_TOO_LARGE past the limit; the rest of the body is not read */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > limitBytes) {
      throw new MetaError('DESCRIPTION_TOO_LARGE', `The body has more than ${limitBytes} bytes.`, 'Send a smaller one.')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
