import { randomUUID } from 'node:crypto'
import { RPC_CODES } from '../protocol/json-rpc.ts'
import type { Conversation } from './conversation.ts'
import type { EventStore, SessionEvents } from './event-store.ts'
import { HttpRefusal } from './http-refusal.ts'
import type { SessionStreams } from './session-streams.ts'

/** A conversation over many HTTP requests (2025-11-25: basic/transports, Session Management). */
export interface LegacySession {
  readonly id: string
  readonly conversation: Conversation
  readonly events: SessionEvents
  readonly streams: SessionStreams
  readonly openedAt: number
  /** Connections that wait for an answer: while there are any, the client is there. */
  openAnswers: number
  lastSeenAt: number
}

export interface SessionLimits {
  readonly sessions: number
  /** Without a request and without a stream. */
  readonly sessionIdleMs: number
  /** Whatever the client does; it begins a new one. */
  readonly sessionAgeMs: number
}

/** The sessions of one server: clients almost never end theirs, so the bridge does. */
export interface LegacySessions {
  readonly size: number
  /** @throws HttpRefusal 503 when all are taken by clients that are there */
  makeRoom(): void
  open(parts: Pick<LegacySession, 'conversation' | 'events' | 'streams'>): LegacySession
  /** @throws HttpRefusal 400 without an id, 404 for one that is unknown or has ended */
  find(id: string | string[] | undefined): LegacySession
  end(session: LegacySession): void
  close(): void
}

export function createLegacySessions(limits: SessionLimits, store: EventStore, now: () => number): LegacySessions {
  const sessions = new Map<string, LegacySession>()
  const sweeper = setInterval(sweep, Math.max(1_000, Math.min(limits.sessionIdleMs / 4, 60_000))).unref()

  function end(session: LegacySession): void {
    if (!sessions.delete(session.id)) return
    session.conversation.end()
    session.streams.end()
  }

  function sweep(): void {
    store.sweep()
    for (const session of sessions.values()) if (isOver(session)) end(session)
  }

  function isOver(session: LegacySession): boolean {
    const at = now()
    if (at - session.openedAt > limits.sessionAgeMs) return true
    return !isAttached(session) && at - session.lastSeenAt > limits.sessionIdleMs
  }

  return {
    get size() {
      return sessions.size
    },
    makeRoom() {
      if (sessions.size < limits.sessions) return
      const detached = [...sessions.values()].filter((session) => !isAttached(session))
      const oldest = detached.toSorted((one, other) => one.lastSeenAt - other.lastSeenAt)[0]
      const message = `All ${limits.sessions} sessions are in use.`
      if (!oldest) throw new HttpRefusal(503, { code: RPC_CODES.internal, message })
      end(oldest)
    },
    open(parts) {
      const session = { ...parts, id: randomUUID(), openedAt: now(), openAnswers: 0, lastSeenAt: now() }
      sessions.set(session.id, session)
      return session
    },
    find(id) {
      if (typeof id !== 'string') {
        const message = 'The header Mcp-Session-Id is missing; begin with "initialize".'
        throw new HttpRefusal(400, { code: RPC_CODES.invalidRequest, message })
      }
      const session = sessions.get(id)
      if (!session || isOver(session)) {
        if (session) end(session)
        const message = 'The session is unknown or has ended; begin a new one with "initialize".'
        throw new HttpRefusal(404, { code: RPC_CODES.invalidRequest, message })
      }
      session.lastSeenAt = now()
      return session
    },
    end,
    close() {
      clearInterval(sweeper)
      for (const session of sessions.values()) end(session)
    },
  }
}

function isAttached({ openAnswers, streams }: LegacySession): boolean {
  return openAnswers > 0 || streams.isOpen
}
