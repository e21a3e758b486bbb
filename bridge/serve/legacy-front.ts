import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  isObject,
  RPC_CODES,
  RpcError,
  type JsonObject,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { LEGACY_VERSIONS, negotiateLegacy } from '../protocol/versions.ts'
import type { ChildCaller } from './child-caller.ts'
import { envelope } from './envelope.ts'
import { createHttpAnswer, type HttpAnswer } from './http-answer.ts'
import { sendJson } from './http-refusal.ts'
import { completeWithInput, InputUnavailable } from './legacy-input.ts'
import type { LegacySession } from './legacy-session.ts'
import { createLegacySessions } from './legacy-sessions.ts'
import { toInitializeResult, toLegacyResult } from './legacy-translation.ts'
import { unsupportedVersion } from './modern-envelope.ts'
import { failureOf } from './modern-front.ts'
import type { BridgeLimits } from './server-bridge.ts'

/** Serves sessions of 2024-11-05 to 2025-11-25 (2025-11-25: basic/lifecycle, basic/transports) with a modern child. */
export interface LegacyFront {
  readonly sessionCount: number
  /** @throws HttpRefusal before anything was answered */
  initialize(response: ServerResponse, message: RpcRequest): Promise<void>
  serve(request: IncomingMessage, response: ServerResponse, message: RpcRequest): Promise<void>
  notify(request: IncomingMessage, response: ServerResponse, message: RpcNotification): void
  respond(request: IncomingMessage, response: ServerResponse, message: RpcResponse): void
  openStream(request: IncomingMessage, response: ServerResponse): void
  endSession(request: IncomingMessage, response: ServerResponse): void
  close(): void
}

export function createLegacyFront(name: string, limits: BridgeLimits, caller: ChildCaller): LegacyFront {
  const sessions = createLegacySessions(limits, caller.subscriptions)

  function sessionOf(request: IncomingMessage): LegacySession {
    const version = request.headers['mcp-protocol-version']
    if (typeof version === 'string' && !LEGACY_VERSIONS.includes(version)) throw unsupportedVersion(version)
    return sessions.find(request.headers['mcp-session-id'])
  }

  async function answerOf(session: LegacySession, message: RpcRequest, answer: HttpAnswer): Promise<JsonObject> {
    const params = message.params ?? {}
    switch (message.method) {
      case 'ping':
        return {}
      case 'initialize':
        throw new RpcError(RPC_CODES.invalidRequest, 'This session has been initialized already.')
      case 'logging/setLevel':
        session.asker = { ...session.asker, logLevel: String(params['level']) }
        return {}
      case 'resources/subscribe':
        return await watch(session, (uris) => [...uris, String(params['uri'])])
      case 'resources/unsubscribe':
        return await watch(session, (uris) => uris.filter((uri) => uri !== params['uri']))
      default:
        return await carry(session, message, answer)
    }
  }

  async function watch(session: LegacySession, change: (uris: readonly string[]) => string[]): Promise<JsonObject> {
    const { subscriber } = session
    const uris = [...new Set(change(subscriber.filter.resourceSubscriptions ?? []))]
    await caller.withChild((connection) => caller.subscriptions.watch(subscriber, uris, connection))
    return {}
  }

  async function carry(session: LegacySession, message: RpcRequest, answer: HttpAnswer): Promise<JsonObject> {
    const { method } = message
    const abort = new AbortController()
    if (session.calls.has(message.id)) throw new RpcError(RPC_CODES.invalidRequest, `The id ${message.id} is in use.`)
    session.calls.set(message.id, abort)
    const call = (params: JsonObject): Promise<JsonObject> =>
      caller.call({
        method,
        params: envelope(params, session.asker),
        signal: abort.signal,
        onNotification: (notified, given) => answer.notify({ jsonrpc: '2.0', method: notified, params: given }),
      })
    const context = { session, send: answer.send, signal: AbortSignal.any([abort.signal, answer.left]) }
    try {
      return toLegacyResult(method, await completeWithInput(message.params ?? {}, context, call))
    } finally {
      session.calls.delete(message.id)
    }
  }

  return {
    get sessionCount() {
      return sessions.size
    },
    async initialize(response, message) {
      const params = message.params ?? {}
      const version = negotiateLegacy(params['protocolVersion'])
      const clientCapabilities = isObject(params['capabilities']) ? params['capabilities'] : {}
      let discovered
      try {
        discovered = await caller.discover()
      } catch (error) {
        return sendJson(response, 200, failureOf(message, error))
      }
      const session = sessions.open(version, {
        clientInfo: params['clientInfo'] ?? { name: 'unknown', version: '0' },
        clientCapabilities,
      })
      const result = toInitializeResult(name, version, discovered)
      sendJson(response, 200, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': session.id })
    },
    async serve(request, response, message) {
      const session = sessionOf(request)
      const answer = createHttpAnswer(request, response)
      session.openAnswers += 1
      try {
        const result = await answerOf(session, message, answer)
        answer.finish({ jsonrpc: '2.0', id: message.id, result })
      } catch (error) {
        // A cancelled request gets no response (2025-11-25: basic/utilities/cancellation).
        if (error instanceof CallCancelled) answer.end()
        else answer.finish(toLegacyFailure(message, error))
      } finally {
        session.openAnswers -= 1
        session.lastSeenAt = Date.now()
      }
    },
    notify(request, response, message) {
      const session = sessionOf(request)
      if (message.method === 'notifications/cancelled') {
        const id = message.params?.['requestId']
        const isId = typeof id === 'string' || typeof id === 'number'
        if (isId) session.calls.get(id)?.abort(new CallCancelled())
      }
      response.writeHead(202).end()
    },
    respond(request, response, message) {
      sessionOf(request).takeResponse(message)
      response.writeHead(202).end()
    },
    openStream(request, response) {
      sessionOf(request).openStream(response)
    },
    endSession(request, response) {
      sessions.end(sessionOf(request))
      response.writeHead(204).end()
    },
    close: () => sessions.close(),
  }
}

/** Why a call ends that its client has cancelled. */
class CallCancelled extends Error {}

/** A tool's missing input is the tool's failure, which the model can read; elsewhere it is the request's. */
function toLegacyFailure(message: RpcRequest, error: unknown): RpcResponse {
  const lacksInput =
    error instanceof InputUnavailable || (error instanceof RpcError && error.code === RPC_CODES.missingClientCapability)
  if (message.method === 'tools/call' && lacksInput) {
    const result = { content: [{ type: 'text', text: error.message }], isError: true }
    return { jsonrpc: '2.0', id: message.id, result }
  }
  return failureOf(message, error)
}
