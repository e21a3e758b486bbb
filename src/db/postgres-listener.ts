import { EventEmitter } from 'node:events'
import { Client, escapeIdentifier } from 'pg'
import { postgresFailure } from './postgres-failure.ts'
import { createTurns } from './turns.ts'

const RECONNECT_MS = 1_000

export interface PostgresListener {
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/**
 * LISTEN on a connection of its own, made with the first listener and made anew when it breaks. What was notified
 * in between is lost: listeners treat a notification as a hint and look for themselves now and then.
 */
export function listenWithReconnect(url: string): PostgresListener {
  const payloads = new EventEmitter().setMaxListeners(0)
  // pg takes one query at a time.
  const inTurn = createTurns()
  let connection: Promise<Client> | undefined
  let reconnect: NodeJS.Timeout | undefined
  let closed = false

  function onBroken(): void {
    connection = undefined
    if (closed || payloads.eventNames().length === 0) return
    reconnect = setTimeout(() => void connected().catch(onBroken), RECONNECT_MS)
  }

  function connected(): Promise<Client> {
    connection ??= connect()
    return connection
  }

  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: url, keepAlive: true })
    client.on('notification', ({ channel, payload }) => payloads.emit(channel, payload ?? ''))
    // 'end' follows every error, and tells about it.
    client.on('error', () => undefined)
    try {
      await client.connect()
      for (const channel of payloads.eventNames()) await client.query(`LISTEN ${escapeIdentifier(String(channel))}`)
    } catch (error) {
      connection = undefined
      await client.end().catch(() => undefined)
      throw postgresFailure(error, url)
    }
    client.once('end', onBroken)
    return client
  }

  return {
    async listen(channel, onPayload) {
      payloads.on(channel, onPayload)
      try {
        const client = await connected()
        await inTurn(() => client.query(`LISTEN ${escapeIdentifier(channel)}`))
      } catch (error) {
        payloads.off(channel, onPayload)
        throw error
      }
      return async () => {
        payloads.off(channel, onPayload)
        if (payloads.listenerCount(channel) > 0 || closed) return
        const client = await connection
        await inTurn(async () => client?.query(`UNLISTEN ${escapeIdentifier(channel)}`))
      }
    },
    async close() {
      closed = true
      clearTimeout(reconnect)
      const client = await connection?.catch(() => undefined)
      await client?.end()
    },
  }
}
