import { NoAnswer } from './no-answer.ts'

/** Bytes of an answer, as far as they were read. */
export interface ReadBody {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The answer went on after these bytes. */
  readonly isCut: boolean
}

/**
 * Reads at most `limitBytes` of an answer and gives up the rest of the connection.
 * @throws NoAnswer when the connection breaks
 */
export async function readBody(response: Response, limitBytes: number): Promise<ReadBody> {
  if (!response.body) return { bytes: new Uint8Array(), isCut: false }
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (length <= limitBytes) {
    const { done, value } = await readChunk(reader)
    if (done) return { bytes: concatenate(chunks, length), isCut: false }
    chunks.push(value)
    length += value.length
  }
  await reader.cancel()
  return { bytes: concatenate(chunks, length).slice(0, limitBytes), isCut: true }
}

/** Text in the answer's own character set; UTF-8 when it names none, or one that is not known. */
export function decodeText(bytes: Uint8Array, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>

async function readChunk(reader: Reader): ReturnType<Reader['read']> {
  try {
    return await reader.read()
  } catch (error) {
    throw new NoAnswer(error)
  }
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
