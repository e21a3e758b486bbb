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
