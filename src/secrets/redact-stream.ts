import type { Writable } from 'node:stream'

/**
 * Lets every text that is written to a stream pass through `redact`: whatever a library or a bug puts into the
 * daemon's log goes through it too.
 * @returns a function that takes it off again
 */
export function redactStream(stream: Writable, redact: (text: string) => string): () => void {
  const write = stream.write
  const redacting = (chunk: unknown, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.isBuffer(chunk) ? chunk.toString('utf8') : undefined
    // What is neither is the stream's own matter; the rest of the arguments are passed on as they came.
    return Reflect.apply(write, stream, [text === undefined ? chunk : redact(text), ...rest]) as boolean
  }
  stream.write = redacting
  return () => {
    if (stream.write === redacting) stream.write = write
  }
}
