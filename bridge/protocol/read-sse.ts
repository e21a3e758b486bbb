import { AnswerTooLong } from './answer-too-long.ts'
import { createLineSplitter } from './split-lines.ts'

/** One event as it stood in the stream. `data` is undefined where the event had none, as in a bare `retry:`. */
export interface SseEvent {
  readonly name: string
  readonly data: string | undefined
  readonly id: string | undefined
  readonly retryMs: number | undefined
}

/**
 * Reads server-sent events, in order, with what is needed to come back after a break (HTML standard, section 9.2.6).
 * @param limitBytes  of one event, and of one line
 * @throws AnswerTooLong, LineTooLong; what the body throws
 */
export async function* readSse(body: AsyncIterable<Uint8Array>, limitBytes: number): AsyncGenerator<SseEvent> {
  const split = createLineSplitter(limitBytes)
  let lines: string[] = []
  let bytes = 0
  for await (const chunk of body) {
    for (const line of split(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))) {
      if (line !== '') {
        lines.push(line)
        bytes += Buffer.byteLength(line)
        if (bytes > limitBytes) throw new AnswerTooLong(limitBytes)
        continue
      }
      bytes = 0
      if (lines.length > 0) yield parseEvent(lines)
      lines = []
    }
  }
}

function parseEvent(lines: readonly string[]): SseEvent {
  let name = 'message'
  let id: string | undefined
  let retryMs: number | undefined
  const data: string[] = []
  for (const line of lines) {
    const [field, value] = splitField(line)
    if (field === 'data') data.push(value)
    else if (field === 'event') name = value
    else if (field === 'id' && !value.includes('\0')) id = value
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) retryMs = Number(value)
  }
  return { name, data: data.length > 0 ? data.join('\n') : undefined, id, retryMs }
}

/** A line that begins with a colon is a comment: its field has no name. */
function splitField(line: string): [field: string, value: string] {
  const colon = line.indexOf(':')
  if (colon === -1) return [line, '']
  return [line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)]
}
