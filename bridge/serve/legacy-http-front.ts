import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type ReadMessage,
  RPC_CODES,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { LEGACY_VERSIONS } from '../protocol/versions.ts'
import { splitAnswer } from './batch.ts'
import type { Converse } from './conversation.ts'
import { createEventStore } from './event-store.ts'
import { createHttpAnswer, type HttpAnswer } from './http-answer.ts'
import { HttpRefusal, sendJson } from './http-refusal.ts'
import { createLegacySessions, type LegacySession } from './legacy-sessions.ts'
import { failureOf } from './modern-dialog.ts'
import { unsupportedVersion } from './modern-envelope.ts'
import type { BridgeLimits } from './server-bridge.ts'
import { createSessionStreams } from './session-streams.ts'

/** Serves sessions over Streamable HTTP (2025-11-25: basic/transports). */
export interface LegacyHttpFront {
  readonly sessionCount: number
  /** @throws HttpRefusal before anything was answered, as do the others */
  initialize(response: ServerResponse, message: RpcRequest): Promise<void>
  serve(request: IncomingMessage, response: ServerResponse, message: RpcRequest): Promise<void>
  serveBatch(request: IncomingMessage, response: ServerResponse, messages: readonly ReadMessage[]): Promise<void>
  notify(request: IncomingMessage, response: ServerResponse, message: RpcNotification): void
  respond(request: IncomingMessage, response: ServerResponse, message: RpcResponse): void
  openStream(request: IncomingMessage, response: ServerResponse): void
  endSession(request: IncomingMessage, response: ServerResponse): void
  close(): void
}

/** An answer that is quiet for so long becomes a stream, which a client that was cut off can come back to. */
const QUIET_MS = 1_000
/** The revision that batches messages; the next one took it out again. */
const BATCHING = '2025-03-26'
/** The first revision whose clients know an event without data. */
const PRIMING = '2025-11-25'

export function createLegacyHttpFront(limits: BridgeLimits, converse: Converse, now: () => number): LegacyHttpFront {
  const store = createEventStore(limits, now)
  const sessions = createLegacySessions(limits, store, now)

  function sessionOf(request: IncomingMessage): LegacySession {
    const version = request.headers['mcp-protocol-version']
    if (typeof version === 'string' && !LEGACY_VERSIONS.includes(version)) throw unsupportedVersion(version)
    return sessions.find(request.headers['mcp-session-id'])
  }

  /** While the connection of an answer is open, the client is there; a call alone keeps no session. */
  function keepWhileOpen(session: LegacySession, response: ServerResponse): void {
    if (response.closed) return
    session.openAnswers += 1
    response.once('close', () => {
      session.openAnswers -= 1
      session.lastSeenAt = now()
    })
  }

  return {
    get sessionCount() {
      return sessions.size
    },
    async initialize(response, message) {
      sessions.makeRoom()
      let session: LegacySession | undefined
      const events = store.forSession(() => (session?.conversation.version ?? '') >= PRIMING)
      const streams = createSessionStreams(events)
      const onEnded = (): void => session && sessions.end(session)
      let opened
      try {
        opened = await converse(message, streams.push, onEnded)
      } catch (error) {
        return sendJson(response, 200, failureOf(message.id, error))
      }
      session = sessions.open({ conversation: opened.conversation, events, streams })
      const answer = { jsonrpc: '2.0', id: message.id, result: opened.result }
      sendJson(response, 200, answer, { 'mcp-session-id': session.id })
    },
    async serve(request, response, message) {
      const session = sessionOf(request)
      keepWhileOpen(session, response)
      await session.conversation.request(message, answerOf(request, response, session))
    },
    async serveBatch(request, response, messages) {
      const session = sessionOf(request)
      const wrong = messages.find((each) => each.kind === 'invalid')
      if (wrong || messages.length === 0 || session.conversation.version !== BATCHING) throw badBatch(wrong?.problem)
      const requests = messages.filter((each) => each.kind === 'request')
      for (const each of messages) {
        if (each.kind === 'notification') session.conversation.notify(each.message)
        if (each.kind === 'response') session.conversation.respond(each.message)
      }
      if (requests.length === 0) return void response.writeHead(202).end()
      keepWhileOpen(session, response)
      const answers = splitAnswer(answerOf(request, response, session), requests.length)
      await Promise.all(answers.map((answer, index) => session.conversation.request(requests[index]!.message, answer)))
    },
    notify(request, response, message) {
      sessionOf(request).conversation.notify(message)
      response.writeHead(202).end()
    },
    respond(request, response, message) {
      sessionOf(request).conversation.respond(message)
      response.writeHead(202).end()
    },
    openStream(request, response) {
      const lastEventId = request.headers['last-event-id']
      sessionOf(request).streams.open(response, typeof lastEventId === 'string' ? lastEventId : undefined)
    },
    endSession(request, response) {
      sessions.end(sessionOf(request))
      response.writeHead(204).end()
    },
    close: () => sessions.close(),
  }
}

function answerOf(request: IncomingMessage, response: ServerResponse, { events }: LegacySession): HttpAnswer {
  return createHttpAnswer(request, response, { openStream: events.open, quietMs: QUIET_MS })
}

function badBatch(problem = 'A body is one message; only 2025-03-26 has batches.'): HttpRefusal {
  return new HttpRefusal(400, { code: RPC_CODES.invalidRequest, message: problem })
}
