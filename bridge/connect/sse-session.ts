import { setTimeout } from 'node:timers/promises'
import { errorResponse, readMessage, RPC_CODES, RpcError, type RpcId, type RpcMessage } from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import { EndpointGone, SessionForgotten } from './endpoint-gone.ts'
import type { Endpoint } from './endpoint-link.ts'
import { InitializeRefused, type LegacySession, type OpenSession } from './legacy-session.ts'
import { askEndpoint, type EndpointAnswer } from './post-message.ts'
import { parseJson } from './relay-answer.ts'

/** Until the server has named the address for messages. */
const ENDPOINT_MS = 20_000

/**
 * Opens a session over HTTP+SSE: all that the server says comes on one stream, and the session lives as long as it.
 * @throws InitializeRefused when there is no such stream
 * 2024-11-05: basic/transports, HTTP with SSE
 */
export const openSseSession: OpenSession = async (endpoint, initializeParams, signal) => {
  const closing = new AbortController()
  const until = AbortSignal.any([signal, closing.signal])
  const stream = await askEndpoint(endpoint, { method: 'GET', headers: {}, signal: until })
  if (stream.status !== 200 || !stream.isStream) {
    await stream.discard()
    throw new InitializeRefused(stream.status, {
      code: RPC_CODES.internal,
      message: `The endpoint answered HTTP ${stream.status} to a request for an event stream.`,
    })
  }
  const session = createSseSession(endpoint, stream, closing, until)
  try {
    return await session.begin(initializeParams)
  } catch (error) {
    closing.abort(error)
    throw error
  }
}

interface Waiting {
  readonly onMessage: (message: RpcMessage) => Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

function createSseSession(
  endpoint: Endpoint,
  stream: EndpointAnswer,
  closing: AbortController,
  until: AbortSignal,
): { begin(initializeParams: object): Promise<LegacySession> } {
  const waiting = new Map<RpcId, Waiting>()
  const address = Promise.withResolvers<string>()
  const ended = Promise.withResolvers<never>()
  /** Until someone listens, what belongs to no request waits here. */
  const early: string[] = []
  let listener: ((text: string) => Promise<void>) | undefined
  for (const { promise } of [address, ended]) promise.catch(() => {})

  async function pump(): Promise<void> {
    try {
      for await (const { name, data } of stream.events()) {
        if (name === 'endpoint' && data !== undefined) address.resolve(messageAddress(endpoint, data))
        else if (name === 'message' && data) await take(data)
      }
      fail(new EndpointGone(true, new Error('The server ended its event stream.')))
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  function fail(error: Error): void {
    address.reject(error)
    ended.reject(error)
    for (const each of waiting.values()) each.reject(error)
    waiting.clear()
  }

  async function take(text: string): Promise<void> {
    const read = readMessage(parseJson(text))
    if (read.kind === 'invalid') return
    const id = read.kind === 'response' ? read.message.id : null
    const request = id === null ? undefined : waiting.get(id)
    if (id === null || !request) return void (await (listener ? listener(text) : early.push(text)))
    waiting.delete(id)
    await request.onMessage(read.message)
    request.resolve()
  }

  async function post(message: RpcMessage, signal: AbortSignal): Promise<void> {
    const url = await address.promise
    const answer = await askEndpoint(endpoint, { method: 'POST', url, headers: {}, message, signal })
    if (answer.status === 404) {
      await answer.discard()
      throw new SessionForgotten()
    }
    const text = await answer.text()
    if (answer.status < 400) return
    throw new RpcError(RPC_CODES.internal, `The endpoint answered HTTP ${answer.status}.`, text.slice(0, 200))
  }

  const request: LegacySession['request'] = async (message, signal, onMessage) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    waiting.set(message.id, { onMessage, resolve, reject })
    promise.catch(() => {})
    try {
      await post(message, signal).catch(async (error: unknown) => {
        if (!(error instanceof RpcError)) throw error
        await onMessage(errorResponse(message.id, error.code, error.message, error.data))
        resolve()
      })
      await raceAbort(promise, signal)
    } finally {
      waiting.delete(message.id)
    }
  }

  async function begin(initializeParams: object): Promise<LegacySession> {
    void pump()
    const late = setTimeout(ENDPOINT_MS, undefined, { signal: until, ref: false }).then(() =>
      address.reject(new EndpointGone(false, new Error('The event stream named no address for messages.'))),
    )
    late.catch(() => {})
    let initializeResult
    const initialize = {
      jsonrpc: '2.0',
      id: 'initialize',
      method: 'initialize',
      params: { ...initializeParams },
    } as const
    await request(initialize, until, async (message) => {
      if ('error' in message) throw new InitializeRefused(200, message.error)
      if ('result' in message) initializeResult = message.result
    })
    if (!initializeResult) throw new RpcError(RPC_CODES.internal, 'The endpoint gave no result to "initialize".')
    await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, until)
    return {
      endpoint,
      initializeResult,
      request,
      post,
      async listen(signal, onMessage) {
        for (const text of early.splice(0)) await onMessage(text)
        listener = onMessage
        return await raceAbort(ended.promise, signal)
      },
      end: () => Promise.resolve(closing.abort(new Error('The session was ended.'))),
    }
  }

  return { begin }
}

/** Messages, and the token with them, go to the origin that the person named alone. */
function messageAddress(endpoint: Endpoint, data: string): string {
  const base = new URL(endpoint.url)
  const url = URL.canParse(data, base) ? new URL(data, base) : undefined
  if (url?.origin === base.origin) return url.href
  throw new RpcError(
    RPC_CODES.internal,
    `The server wants messages sent to another origin than "${base.origin}". Connect to that address instead.`,
  )
}
