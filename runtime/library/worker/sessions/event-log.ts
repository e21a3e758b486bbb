import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'
import type { ObjectStorage } from '../platform.ts'

/** Older events are forgotten: a client that was away for longer begins anew. */
const MOST_EVENTS = 1_000
const MOST_CHARACTERS = 8_000_000
/** A row holds 2 MB at most; nothing longer is kept to be sent again. */
const MOST_OF_ONE = 500_000

/**
 * What was sent to a client, in the storage of its session, so that a broken stream goes on where it was.
 * MCP 2025-11-25, basic/transports, Resumability and Redelivery
 */
export function eventLog({ sql }: Pick<ObjectStorage, 'sql'>): EventStore {
  sql.exec('CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT, message TEXT)')

  function forgetOld(latest: number): void {
    sql.exec('DELETE FROM events WHERE id <= ?', latest - MOST_EVENTS)
    sql.exec(
      'DELETE FROM events WHERE id IN (SELECT id FROM (SELECT id, SUM(LENGTH(message)) OVER (ORDER BY id DESC) AS total FROM events) WHERE total > ?)',
      MOST_CHARACTERS,
    )
  }

  return {
    async storeEvent(stream, message) {
      const text = JSON.stringify(keepable(message))
      const [row] = sql
        .exec<{ id: number }>('INSERT INTO events (stream, message) VALUES (?, ?) RETURNING id', stream, text)
        .toArray()
      const id = row?.id ?? 0
      if (id % 50 === 0 || text.length > MOST_OF_ONE / 10) forgetOld(id)
      return String(id)
    },
    async getStreamIdForEventId(id) {
      const [row] = sql.exec<{ stream: string }>('SELECT stream FROM events WHERE id = ?', Number(id)).toArray()
      return row?.stream
    },
    async replayEventsAfter(lastId, { send }) {
      const [last] = sql.exec<{ stream: string }>('SELECT stream FROM events WHERE id = ?', Number(lastId)).toArray()
      const stream = last?.stream ?? ''
      const missed = sql.exec<{ id: number; message: string }>(
        // What begins a stream says nothing.
        `SELECT id, message FROM events WHERE stream = ? AND id > ? AND message <> '{}' ORDER BY id`,
        stream,
        Number(lastId),
      )
      for (const { id, message } of missed.toArray()) await send(String(id), JSON.parse(message) as JSONRPCMessage)
      return stream
    },
  }
}

/** In the place of a long result stands why it is not there; other long messages are only news. */
function keepable(message: JSONRPCMessage): object {
  if (JSON.stringify(message).length <= MOST_OF_ONE) return message
  const text = 'The result was too long to be kept while the connection was broken. Call again.'
  if ('id' in message && !('method' in message)) {
    return { jsonrpc: '2.0', id: message.id, error: { code: -32_603, message: text } }
  }
  return {}
}
