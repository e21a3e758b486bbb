import type { Connection } from '../../model/connection.ts'
import type { ServerId, TenantId } from '../../model/ids.ts'
import { hostKey } from '../../net/address.ts'
import { egressStreamFetch } from '../../net/egress-fetch.ts'
import type { Egress } from '../../net/egress.ts'
import type { ServerSecrets } from '../server-secrets.ts'
import { type ConnectionLimits, type LiveConnection, openLiveConnection } from './live-connection.ts'
import { openUpstream } from './open-upstream.ts'
import { connectionCredentials } from './connection-credentials.ts'

/** A connection of one tenant's server. */
export interface ConnectionTarget {
  readonly tenantId: TenantId
  readonly serverId: ServerId
  readonly connection: Connection
}

/** The connected servers that are in use: one connection each, shared by all calls, closed when it has been idle. */
export interface Connections {
  use<Result>(target: ConnectionTarget, work: (live: LiveConnection) => Promise<Result>): Promise<Result>
  /** Is told of connections whose server says that its tools have changed. One listener. */
  onChanged(listener: (target: ConnectionTarget) => void): void
  close(): Promise<void>
}

interface ConnectionsOptions {
  readonly egress: Egress
  readonly secrets: Pick<ServerSecrets, 'load'>
  /** Where `mcpwright login` keeps what a person logged in to. */
  readonly loginDirectory: string
  readonly limits: ConnectionLimits & { readonly answerBytes: number; readonly idleMs: number }
}

interface Held {
  readonly live: LiveConnection
  users: number
  idle: NodeJS.Timeout | undefined
}

/** Same-host redirects, as from `/mcp` to `/mcp/`; another host is refused. */
const REDIRECTS = 3

export function createConnections({ egress, secrets, limits, loginDirectory }: ConnectionsOptions): Connections {
  const closing = new AbortController()
  const held = new Map<string, Held>()
  let tellChanged: ((target: ConnectionTarget) => void) | undefined

  function hold(target: ConnectionTarget): Held {
    const key = keyOf(target)
    const known = held.get(key)
    if (known) return known
    const fresh: Held = { live: open(target), users: 0, idle: undefined }
    held.set(key, fresh)
    return fresh
  }

  function open(target: ConnectionTarget): LiveConnection {
    const { tenantId, serverId, connection } = target
    const hosts = new Set([hostKey(new URL(connection.url))])
    const policy = { hosts, caller: `${tenantId}/${serverId}`, redirects: REDIRECTS }
    return openLiveConnection({
      connection,
      limits,
      open: () =>
        openUpstream({
          connection,
          fetch: egressStreamFetch(egress, policy),
          credentials: connectionCredentials(target, secrets, { directory: loginDirectory, egress }, closing.signal),
          answerBytes: limits.answerBytes,
        }),
      onChanged: () => tellChanged?.(target),
    })
  }

  function release(key: string, used: Held): void {
    used.users--
    if (used.users > 0 || held.get(key) !== used) return
    used.idle = setTimeout(() => {
      held.delete(key)
      // It reports nothing, and nobody waits for it.
      void used.live.close()
    }, limits.idleMs).unref()
  }

  return {
    async use(target, work) {
      const used = hold(target)
      clearTimeout(used.idle)
      used.users++
      try {
        return await work(used.live)
      } finally {
        release(keyOf(target), used)
      }
    },
    onChanged(listener) {
      tellChanged = listener
    },
    async close() {
      closing.abort(new Error('The daemon leaves.'))
      const all = [...held.values()]
      held.clear()
      for (const { idle } of all) clearTimeout(idle)
      await Promise.all(all.map(({ live }) => live.close()))
    },
  }
}

/** Another address or token is another connection: what was found out about the old one says nothing of it. */
function keyOf({ tenantId, serverId, connection: { name, url, transport, token = '' } }: ConnectionTarget): string {
  return JSON.stringify([tenantId, serverId, name, url, transport, token])
}
