import { randomUUID } from 'node:crypto'
import { RPC_CODES } from '../protocol/json-rpc.ts'
import type { Asker } from './envelope.ts'
import { HttpRefusal } from './http-refusal.ts'
import { createLegacySession, type LegacySession } from './legacy-session.ts'
import type { SubscriptionHub } from './subscription-hub.ts'

/** The sessions of one server: clients almost never end theirs, so the bridge does. */
export interface LegacySessions {
  readonly size: number
  /** @throws HttpRefusal 503 when all are taken by clients that are there */
  open(version: string, asker: Asker): LegacySession
  /** @throws HttpRefusal 400 without an id, 404 for one that is unknown or has ended */
  find(id: string | string[] | undefined): LegacySession
  end(session: LegacySession): void
  close(): void
}

export function createLegacySessions(
  limits: { readonly sessions: number; readonly sessionIdleMs: number },
  subscriptions: SubscriptionHub,
): LegacySessions {
  const sessions = new Map<string, LegacySession>()
  const sweeper = setInterval(endIdle, Math.max(1_000, limits.sessionIdleMs / 4)).unref()

  function end(session: LegacySession): void {
    sessions.delete(session.id)
    subscriptions.remove(session.subscriber)
    session.end()
  }

  function endIdle(): void {
    const oldest = Date.now() - limits.sessionIdleMs
    for (const session of sessions.values()) if (!session.isAttached && session.lastSeenAt < oldest) end(session)
  }

  function makeRoom(): void {
    if (sessions.size < limits.sessions) return
    const detached = [...sessions.values()].filter((session) => !session.isAttached)
    const oldest = detached.toSorted((one, other) => one.lastSeenAt - other.lastSeenAt)[0]
    const message = `All ${limits.sessions} sessions are in use.`
    if (!oldest) throw new HttpRefusal(503, { code: RPC_CODES.internal, message })
    end(oldest)
  }

  return {
    get size() {
      return sessions.size
    },
    open(version, asker) {
      makeRoom()
      const session = createLegacySession(randomUUID(), version, asker)
      sessions.set(session.id, session)
      subscriptions.add(session.subscriber)
      return session
    },
    find(id) {
      if (typeof id !== 'string') {
        const message = 'The header Mcp-Session-Id is missing; begin with "initialize".'
        throw new HttpRefusal(400, { code: RPC_CODES.invalidRequest, message })
      }
      const session = sessions.get(id)
      if (!session) {
        const message = 'The session is unknown or has ended; begin a new one with "initialize".'
        throw new HttpRefusal(404, { code: RPC_CODES.invalidRequest, message })
      }
      session.lastSeenAt = Date.now()
      return session
    },
    end,
    close() {
      clearInterval(sweeper)
      for (const session of sessions.values()) end(session)
    },
  }
}
