import { type ReadableStream, TransformStream } from 'node:stream/web'

/**
 * An answer's body that ends when the signal does, with its reason. undici listens to the signal through a weak
 * reference (lib/web/fetch/request.js, `acRef`): once memory has been swept, an abort no longer reaches an answer that
 * has begun.
 */
export function endedBy(
  signal: AbortSignal | undefined,
  body: ReadableStream<Uint8Array> | null,
): ReadableStream<Uint8Array> | null {
  if (!signal || !body) return body
  return body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal })
}
