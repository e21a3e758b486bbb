import { waitUntil } from 'cloudflare:workers'
import type { Change } from '../../tool-context.ts'
import type { ObjectNamespace } from '../platform.ts'

/** The one object that passes changes on, among those of the sessions. */
const BUS = 'event-bus'

/** How sessions and requests reach each other. */
export interface BusClient {
  /** Tells everybody who listens that something has changed, but for the session that says so itself. */
  publish(change: Change, from?: string): void
  /** From now on the session is told. */
  join(session: string): Promise<void>
  leave(session: string): Promise<void>
  /** Serves `subscriptions/listen` of 2026-07-28: its stream ends where the changes come together. */
  listen(request: Request): Promise<Response>
}

export function busClient(namespace: ObjectNamespace): BusClient {
  const ask = (path: string, body: object) => {
    const request = new Request(`https://object${path}`, { method: 'POST', body: JSON.stringify(body) })
    return namespace.get(namespace.idFromName(BUS)).fetch(request)
  }
  return {
    publish(change, from) {
      // The call that says so goes on meanwhile, and a client that is not told asks again.
      waitUntil(ask('/bus/publish', { change, from }).catch(() => {}))
    },
    async join(session) {
      await ask('/bus/join', { session })
    },
    async leave(session) {
      await ask('/bus/leave', { session })
    },
    listen: (request) =>
      namespace.get(namespace.idFromName(BUS)).fetch(new Request('https://object/bus/listen', request)),
  }
}
