import type { ServerResponse } from 'node:http'
import { KEEP_ALIVE_COMMENT, toEvent } from '../protocol/event-stream.ts'
import type { JsonObject, RpcId, RpcMessage, RpcResponse } from '../protocol/json-rpc.ts'
import type { Asker } from './envelope.ts'
import { beginStream } from './http-answer.ts'
import type { Subscriber } from './subscription-hub.ts'

const KEEP_ALIVE_MS = 15_000
/** A stream that was cut without a word stays open for a while; its client opens another meanwhile. */
const STREAMS = 4
const BACKLOG_BYTES = 1024 * 1024

/** One client of the eras before 2026-07-28. The child knows nothing of it. */
export interface LegacySession {
  readonly id: string
  readonly version: string
  readonly clientCapabilities: JsonObject
  readonly subscriber: Subscriber
  asker: Asker
  /** Calls under way, by the client's id. */
  readonly calls: Map<RpcId, AbortController>
  /** Answers under way: while there are any, the client is there. */
  openAnswers: number
  lastSeenAt: number
  readonly isAttached: boolean
  /** Sends a request to the client by way of `send`, and resolves with its response. */
  ask(
    method: string,
    params: JsonObject,
    send: (message: RpcMessage) => void,
    signal: AbortSignal,
  ): Promise<RpcResponse>
  /** Takes a response that the client posted. Returns false when nobody waits for it. */
  takeResponse(response: RpcResponse): boolean
  /** Opens the stream of messages that belong to no request. */
  openStream(response: ServerResponse): void
  end(): void
}

export function createLegacySession(id: string, version: string, asker: Asker): LegacySession {
  const streams: ServerResponse[] = []
  const waiting = new Map<RpcId, (response: RpcResponse) => void>()
  const calls = new Map<RpcId, AbortController>()
  let askedCount = 0

  /** Each message goes to one stream only (2025-11-25: basic/transports, Multiple Connections). */
  function deliver(method: string, params: JsonObject): void {
    const stream = streams.at(-1)
    // List and resource changes may be lost to a client that reads too slowly.
    if (!stream || stream.writableLength > BACKLOG_BYTES) return
    const hasParams = Object.keys(params).length > 0
    stream.write(toEvent({ jsonrpc: '2.0', method, ...(hasParams && { params }) }))
  }

  const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
  return {
    id,
    version,
    // Only objects are made to sessions.
    clientCapabilities: asker.clientCapabilities as JsonObject,
    subscriber: { filter: lists, deliver },
    asker,
    calls,
    openAnswers: 0,
    lastSeenAt: Date.now(),
    get isAttached() {
      return streams.length > 0 || this.openAnswers > 0
    },
    async ask(method, params, send, signal) {
      const askedId = `bridge-${++askedCount}`
      const { promise, resolve, reject } = Promise.withResolvers<RpcResponse>()
      const onAbort = (): void => reject(signal.reason)
      waiting.set(askedId, resolve)
      signal.addEventListener('abort', onAbort, { once: true })
      send({ jsonrpc: '2.0', id: askedId, method, params })
      try {
        return await promise
      } finally {
        waiting.delete(askedId)
        signal.removeEventListener('abort', onAbort)
      }
    },
    takeResponse(response) {
      const resolve = response.id === null ? undefined : waiting.get(response.id)
      resolve?.(response)
      return resolve !== undefined
    },
    openStream(response) {
      beginStream(response)
      const timer = setInterval(() => void response.write(KEEP_ALIVE_COMMENT), KEEP_ALIVE_MS).unref()
      streams.push(response)
      response.on('error', () => {})
      response.once('close', () => {
        clearInterval(timer)
        streams.splice(streams.indexOf(response), 1)
      })
      if (streams.length > STREAMS) streams[0]?.end()
    },
    end() {
      for (const abort of calls.values()) abort.abort(new Error('The session has ended.'))
      for (const stream of streams) stream.end()
    },
  }
}
