import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { InboxItemId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'

/** What a link opens: all that waits, or only these. */
export type InboxScope = 'all' | ReadonlySet<InboxItemId>

/** A browser that came through a link. It acts as the principal the link was made for, and sees its scope only. */
export interface InboxSession {
  readonly principal: Principal
  readonly scope: InboxScope
  /** Every form of the session carries it back. */
  readonly formToken: string
  readonly endsAt: number
}

/**
 * One-use links to the inbox page. They live in the memory of this daemon: when it ends, they end.
 * What a link and a cookie hold is kept as its digest only, so that nothing that reads this memory can use them.
 */
export interface InboxLinks {
  /** @returns the link's token, good for one opening until its time is over */
  mint(principal: Principal, scope: InboxScope): string
  /** Uses the link up. @returns the session's own token, for a cookie; undefined when the link is no longer good */
  open(linkToken: string): { readonly sessionToken: string; readonly session: InboxSession } | undefined
  find(sessionToken: string): InboxSession | undefined
}

/** @param now  milliseconds */
export function createInboxLinks(lifeMs: number, now: () => number = Date.now): InboxLinks {
  const links = new Map<string, Omit<InboxSession, 'formToken'>>()
  const sessions = new Map<string, InboxSession>()
  return {
    mint(principal, scope) {
      forgetEnded(links, now())
      return keep(links, { principal, scope, endsAt: now() + lifeMs })
    },
    open(linkToken) {
      const link = links.get(digest(linkToken))
      links.delete(digest(linkToken))
      if (!link || link.endsAt <= now()) return undefined
      forgetEnded(sessions, now())
      const session = { ...link, formToken: randomToken() }
      return { sessionToken: keep(sessions, session), session }
    },
    find(sessionToken) {
      const session = sessions.get(digest(sessionToken))
      return session && session.endsAt > now() ? session : undefined
    },
  }
}

/** Whether a form comes from a page of this very session. */
export function isFormOf({ formToken }: InboxSession, given: string): boolean {
  return timingSafeEqual(Buffer.from(digest(formToken)), Buffer.from(digest(given)))
}

function keep<Kept>(store: Map<string, Kept>, kept: Kept): string {
  const token = randomToken()
  store.set(digest(token), kept)
  return token
}

function forgetEnded(store: Map<string, { readonly endsAt: number }>, now: number): void {
  for (const [key, { endsAt }] of store) if (endsAt <= now) store.delete(key)
}

function randomToken(): string {
  return randomBytes(32).toString('base64url')
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
