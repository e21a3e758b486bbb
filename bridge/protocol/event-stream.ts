import { createLineSplitter } from './split-lines.ts'

/**
 * One message as a server-sent event (HTML standard, section 9.2). JSON has no raw newline, so one data line does.
 * @param id  by which the client can ask for what followed
 */
export function toEvent(message: unknown, id?: string): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`
  return `event: message\n${idLine}data: ${JSON.stringify(message)}\n\n`
}

/** Gives the client an id to come back with before there is a message (2025-11-25: Sending Messages, 6). */
export function primingEvent(id: string, retryMs: number): string {
  return `id: ${id}\nretry: ${retryMs}\ndata: \n\n`
}

/** Keeps proxies and idle timeouts off a quiet stream; clients ignore it. */
export const KEEP_ALIVE_COMMENT = ': \n\n'

/**
 * Reads server-sent events.
 * @param limitBytes  of one line
 * @returns the `data` of each `message` event, in order
 */
export async function* readEvents(body: AsyncIterable<Buffer>, limitBytes: number): AsyncGenerator<string> {
  const split = createLineSplitter(limitBytes)
  let name = 'message'
  let data: string[] = []
  for await (const chunk of body) {
    for (const line of split(chunk)) {
      if (line === '') {
        if (data.length > 0 && name === 'message') yield data.join('\n')
        name = 'message'
        data = []
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) continue
      const field = colon === -1 ? line : line.slice(0, colon)
      const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
      if (field === 'data') data.push(value)
      else if (field === 'event') name = value
    }
  }
}
