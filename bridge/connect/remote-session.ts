import { InitializeRefused, openHttpSession, type OpenSession } from './legacy-session.ts'
import { openSseSession } from './sse-session.ts'
import { isModernError } from './server-era.ts'

/** How a session of an older era is carried. `auto` finds it out. */
export const TRANSPORTS = ['auto', 'streamable-http', 'sse'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** How servers answer a POST that know the HTTP+SSE transport alone. */
const NO_STREAMABLE_HTTP: ReadonlySet<number> = new Set([400, 404, 405])

/** 2026-07-28: basic/transports/streamable-http, Backward Compatibility (HTTP+SSE). */
export function sessionOpener(transport: Transport): OpenSession {
  if (transport === 'streamable-http') return openHttpSession
  if (transport === 'sse') return openSseSession
  let isSse = false
  return async (endpoint, initializeParams, signal) => {
    if (isSse) return await openSseSession(endpoint, initializeParams, signal)
    try {
      return await openHttpSession(endpoint, initializeParams, signal)
    } catch (refusal) {
      const mayBeSse = refusal instanceof InitializeRefused && NO_STREAMABLE_HTTP.has(refusal.status)
      if (!mayBeSse || isModernError(refusal)) throw refusal
      const session = await openSseSession(endpoint, initializeParams, signal).catch((error: unknown) => {
        // What it said first is what its operator will know.
        throw error instanceof InitializeRefused ? refusal : error
      })
      isSse = true
      return session
    }
  }
}
