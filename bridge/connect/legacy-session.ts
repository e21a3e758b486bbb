import { setTimeout } from 'node:timers/promises'
import {
  isObject,
  RpcError,
  RPC_CODES,
  type JsonObject,
  type RpcMessage,
  type RpcRequest,
} from '../protocol/json-rpc.ts'
import { EndpointGone, SessionForgotten } from './endpoint-gone.ts'
import type { Endpoint } from './endpoint-link.ts'
import { askEndpoint, type EndpointAnswer, type StreamPlace } from './post-message.ts'
import { parseJson, relayAnswer } from './relay-answer.ts'

/** A session of the eras before 2026-07-28 on one endpoint (2025-11-25: basic/transports, Session Management). */
export interface LegacySession {
  readonly endpoint: Endpoint
  readonly initializeResult: JsonObject
  /** Sends a request and hands on all messages of its answer. @throws EndpointGone, SessionForgotten */
  request(request: RpcRequest, signal: AbortSignal, onMessage: (message: RpcMessage) => Promise<void>): Promise<void>
  /** A notification, or the client's response to a request of the server. */
  post(message: RpcMessage, signal: AbortSignal): Promise<void>
  /**
   * Reads the stream of messages that belong to no request until it ends or breaks off; then it can be listened to
   * again. Returns false when the endpoint offers none.
   * @throws EndpointGone, SessionForgotten when there is no stream to be had
   */
  listen(signal: AbortSignal, onMessage: (text: string) => Promise<void>): Promise<boolean>
  /** DELETE; errors don't matter any more. */
  end(signal: AbortSignal): Promise<void>
}

/** @throws EndpointGone, RpcError when the endpoint refuses the client's `initialize` parameters */
export type OpenSession = (
  endpoint: Endpoint,
  initializeParams: JsonObject,
  signal: AbortSignal,
) => Promise<LegacySession>

/** How often a stream is asked for again that gives nothing new. */
const RESUMES = 5
const RESUME_MS = 1_000

/** Opens a session over Streamable HTTP. */
export const openHttpSession: OpenSession = async (endpoint, initializeParams, signal) => {
  const initialize: RpcRequest = { jsonrpc: '2.0', id: 'initialize', method: 'initialize', params: initializeParams }
  const answer = await askEndpoint(endpoint, { method: 'POST', headers: {}, message: initialize, signal })
  if (answer.status === 401) throw await tokenRefused(answer)
  const initializeResult = await readResult(answer, initialize)
  const headers = {
    'mcp-protocol-version': String(initializeResult['protocolVersion']),
    ...(answer.sessionId !== undefined && { 'mcp-session-id': answer.sessionId }),
  }
  const session = createSession(endpoint, headers, initializeResult)
  await session.post({ jsonrpc: '2.0', method: 'notifications/initialized' }, signal)
  return session
}

function createSession(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>>,
  initializeResult: JsonObject,
): LegacySession {
  const hasId = 'mcp-session-id' in headers
  let heard: StreamPlace = {}

  async function ask(
    method: 'POST' | 'GET',
    signal: AbortSignal,
    extra: { message?: RpcMessage; lastEventId?: string | undefined } = {},
  ): Promise<EndpointAnswer> {
    const { message, lastEventId } = extra
    const answer = await askEndpoint(endpoint, {
      method,
      headers: { ...headers, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
      signal,
      ...(message && { message }),
    })
    if (answer.status === 401) throw await tokenRefused(answer)
    if (hasId && (await hasForgotten(answer))) {
      await answer.discard()
      throw new SessionForgotten()
    }
    return answer
  }

  /** Comes back to a broken answer where the server numbers its events: the request itself is not sent again. */
  async function resume(broken: EndpointAnswer, signal: AbortSignal): Promise<EndpointAnswer | undefined> {
    const { lastEventId, retryMs } = broken.place
    if (lastEventId === undefined) return undefined
    for (let attempt = 1; attempt <= RESUMES; attempt++) {
      await setTimeout(retryMs ?? RESUME_MS, undefined, { signal })
      const answer = await ask('GET', signal, { lastEventId }).catch((error: unknown) => error)
      if (answer instanceof EndpointGone && !(answer instanceof SessionForgotten)) continue
      if (answer instanceof Error) return undefined
      // Not an Error: it is what ask gives.
      const resumed = answer as EndpointAnswer
      if (resumed.status === 200 && resumed.isStream) return keepPlace(resumed, broken.place)
      await resumed.discard()
      return undefined
    }
    return undefined
  }

  return {
    endpoint,
    initializeResult,
    async request(request, signal, onMessage) {
      const answer = await ask('POST', signal, { message: request })
      await relayAnswer(answer, request, onMessage, (broken) => resume(broken, signal))
    },
    async post(message, signal) {
      const answer = await ask('POST', signal, { message })
      // 202 has no body; reading to the end gives the socket back.
      await answer.text()
    },
    async listen(signal, onMessage) {
      if (heard.retryMs !== undefined) await setTimeout(heard.retryMs, undefined, { signal, ref: false })
      const answer = await ask('GET', signal, { lastEventId: heard.lastEventId })
      if (answer.status !== 200 || !answer.isStream) {
        await answer.discard()
        return answer.status >= 500
      }
      try {
        for await (const text of answer.messages()) await onMessage(text)
      } catch (error) {
        if (!(error instanceof EndpointGone)) throw error
      } finally {
        heard = { ...heard, ...answer.place }
      }
      return true
    },
    async end(signal) {
      if (!hasId) return
      const answer = await askEndpoint(endpoint, { method: 'DELETE', headers, signal }).catch(() => undefined)
      await answer?.discard()
    },
  }
}

/** A stream that was come back to and gave no id of its own can still be come back to at the old place. */
function keepPlace(answer: EndpointAnswer, before: StreamPlace): EndpointAnswer {
  return {
    ...answer,
    get place() {
      return { ...before, ...answer.place }
    },
  }
}

/**
 * 404 says it (2025-11-25: Session Management, 3); many servers say 400 with a JSON-RPC error that speaks of the
 * session, since they see a request before `initialize`. Neither has done anything.
 */
async function hasForgotten(answer: EndpointAnswer): Promise<boolean> {
  if (answer.status === 404) return true
  if (answer.status !== 400 || answer.isStream) return false
  const body = parseJson(await answer.text())
  const error = isObject(body) && isObject(body['error']) ? body['error'] : {}
  return /session|not initialized/i.test(String(error['message']))
}

async function tokenRefused(answer: EndpointAnswer): Promise<EndpointGone> {
  await answer.discard()
  return new EndpointGone(false, new Error('The endpoint refused the token (HTTP 401).'))
}

async function readResult(answer: EndpointAnswer, request: RpcRequest): Promise<JsonObject> {
  let result: JsonObject | undefined
  await relayAnswer(answer, request, async (message) => {
    if ('error' in message) throw new InitializeRefused(answer.status, message.error)
    if ('result' in message) result = message.result
  })
  if (result === undefined)
    throw new RpcError(RPC_CODES.internal, 'The endpoint answered "initialize" without a result.')
  return result
}

/** The endpoint answered `initialize` with an error: it may be of another era or transport. */
export class InitializeRefused extends RpcError {
  readonly status: number

  constructor(status: number, error: { code: number; message: string; data?: unknown }) {
    super(error.code, error.message, error.data)
    this.status = status
  }
}
