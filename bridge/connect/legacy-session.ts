import { RpcError, RPC_CODES, type JsonObject, type RpcMessage, type RpcRequest } from '../protocol/json-rpc.ts'
import type { Endpoint } from './endpoint-link.ts'
import { askEndpoint, EndpointGone, SessionForgotten, type EndpointAnswer } from './post-message.ts'
import { relayAnswer } from './relay-answer.ts'

/** A session of the eras before 2026-07-28 on one endpoint (2025-11-25: basic/transports, Session Management). */
export interface LegacySession {
  readonly endpoint: Endpoint
  readonly initializeResult: JsonObject
  /** Sends a request and hands on all messages of its answer. @throws EndpointGone, SessionForgotten */
  request(request: RpcRequest, signal: AbortSignal, onMessage: (message: RpcMessage) => Promise<void>): Promise<void>
  /** A notification, or the client's response to a request of the server. */
  post(message: RpcMessage, signal: AbortSignal): Promise<void>
  /** Reads the stream of messages that belong to no request until it ends. Returns false when the endpoint offers none. */
  listen(signal: AbortSignal, onMessage: (text: string) => Promise<void>): Promise<boolean>
  /** DELETE; errors don't matter any more. */
  end(signal: AbortSignal): Promise<void>
}

/** Opens a session with the client's own `initialize` parameters. @throws RpcError when the endpoint refuses them */
export async function openLegacySession(
  endpoint: Endpoint,
  initializeParams: JsonObject,
  signal: AbortSignal,
): Promise<LegacySession> {
  const initialize: RpcRequest = { jsonrpc: '2.0', id: 'initialize', method: 'initialize', params: initializeParams }
  const answer = await askEndpoint(endpoint, { method: 'POST', headers: {}, message: initialize, signal })
  if (answer.status === 401) throw new EndpointGone(false, new Error('The endpoint refused the token (HTTP 401).'))
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

  async function ask(method: 'POST' | 'GET', signal: AbortSignal, message?: RpcMessage): Promise<EndpointAnswer> {
    const answer = await askEndpoint(endpoint, { method, headers, signal, ...(message && { message }) })
    if (answer.status === 404 && hasId) throw new SessionForgotten(false, new Error('The endpoint forgot the session.'))
    if (answer.status === 401) throw new EndpointGone(false, new Error('The endpoint refused the token (HTTP 401).'))
    return answer
  }

  return {
    endpoint,
    initializeResult,
    async request(request, signal, onMessage) {
      await relayAnswer(await ask('POST', signal, request), request, onMessage)
    },
    async post(message, signal) {
      const answer = await ask('POST', signal, message)
      // 202 has no body; reading to the end gives the socket back.
      for await (const _ of answer.messages());
    },
    async listen(signal, onMessage) {
      const answer = await ask('GET', signal)
      const isOffered = answer.status === 200 && answer.isStream
      for await (const text of answer.messages()) if (isOffered) await onMessage(text)
      return isOffered
    },
    async end(signal) {
      if (!hasId) return
      const answer = await askEndpoint(endpoint, { method: 'DELETE', headers, signal }).catch(() => undefined)
      await answer?.messages().return(undefined)
    },
  }
}

async function readResult(answer: EndpointAnswer, request: RpcRequest): Promise<JsonObject> {
  let result: JsonObject | undefined
  await relayAnswer(answer, request, (message) => {
    if ('error' in message) throw new RpcError(message.error.code, message.error.message, message.error.data)
    if ('result' in message) result = message.result
    return Promise.resolve()
  })
  if (result === undefined)
    throw new RpcError(RPC_CODES.internal, 'The endpoint answered "initialize" without a result.')
  return result
}
