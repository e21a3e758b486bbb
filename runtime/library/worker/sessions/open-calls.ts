import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import type { ObjectStorage } from '../platform.ts'

/**
 * The requests that are being answered, in the storage of their session: what was under way when its object went out of
 * memory is answered with an error, on the stream that its client comes back to, rather than never.
 */
export interface OpenCalls {
  /** @param body  what was posted: one message, or several */
  begin(stream: string, body: unknown): void
  /** Takes note of what is sent: an answer ends its call. */
  end(message: JSONRPCMessage): void
  /** What is being answered on a stream. */
  on(stream: string): readonly (string | number)[]
  /** What nobody will answer any more, with what is to be said; asked for once. */
  interrupted(): readonly { readonly stream: string; readonly message: JSONRPCMessage }[]
}

export function openCalls({ sql }: Pick<ObjectStorage, 'sql'>): OpenCalls {
  sql.exec('CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY, stream TEXT)')
  return {
    begin(stream, body) {
      for (const id of idsOf(body)) sql.exec('INSERT OR REPLACE INTO calls VALUES (?, ?)', JSON.stringify(id), stream)
    },
    end(message) {
      if ('id' in message && !('method' in message))
        sql.exec('DELETE FROM calls WHERE id = ?', JSON.stringify(message.id))
    },
    on(stream) {
      const rows = sql.exec<{ id: string }>('SELECT id FROM calls WHERE stream = ?', stream).toArray()
      return rows.map(({ id }) => JSON.parse(id) as string | number)
    },
    interrupted() {
      const rows = sql.exec<{ id: string; stream: string }>('DELETE FROM calls RETURNING id, stream').toArray()
      const error = { code: -32_603, message: 'The server was started anew in the middle of this. Call again.' }
      return rows.map(({ id, stream }) => ({
        stream,
        message: { jsonrpc: '2.0', id: JSON.parse(id) as string | number, error },
      }))
    },
  }
}

function idsOf(body: unknown): readonly (string | number)[] {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body]
  return messages.flatMap((message) => {
    const isRequest = typeof message === 'object' && message !== null && 'method' in message && 'id' in message
    return isRequest && (typeof message.id === 'string' || typeof message.id === 'number') ? [message.id] : []
  })
}
