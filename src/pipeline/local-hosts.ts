import { defaults } from '../config/defaults.ts'
import type { Db } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Principal } from '../model/principal.ts'
import { hostAndPort, hostKey } from '../net/address.ts'
import type { Egress } from '../net/egress.ts'
import { putInboxItem } from '../registry/inbox-store.ts'
import { insertLocalHost, listLocalHosts, removeLocalHost } from '../registry/local-host-store.ts'

/** The local `host:port` pairs that egress lets through: those of the settings, and those a person opened. */
export interface LocalHosts {
  /** It changes as a person opens and closes. */
  readonly open: ReadonlySet<string>
  /** What a person opened, and can close again. */
  opened(): Promise<readonly string[]>
  /** Only the inbox page calls these two. */
  allow(address: string): Promise<void>
  close(address: string): Promise<void>
}

/** @param owner  egress serves one person's daemon: what its owner opened is open to all that runs in it */
export async function loadLocalHosts(db: Db, fromSettings: readonly string[], owner: Principal): Promise<LocalHosts> {
  const { tenantId, subject } = owner
  const opened = () => db.as(tenantId, (sql) => listLocalHosts(sql, tenantId))
  const open = new Set([...fromSettings, ...(await opened())])
  return {
    open,
    opened,
    async allow(address) {
      await db.as(tenantId, (sql) => insertLocalHost(sql, tenantId, address, subject))
      open.add(address)
    },
    async close(address) {
      await db.as(tenantId, (sql) => removeLocalHost(sql, tenantId, address))
      if (!fromSettings.includes(address)) open.delete(address)
    },
  }
}

/**
 * Egress whose refusals of local hosts also ask the person, through the inbox. Only the host that was asked for is put
 * there, never one that an answer redirected to: a stranger must not put questions before a person.
 */
export function askingEgress(egress: Egress, db: Db, owner: Principal): Egress {
  const { tenantId, subject } = owner
  const ask = async (url: string, error: unknown): Promise<never> => {
    const address = blockedAddress(url, error)
    if (address === undefined || !(error instanceof MetaError)) throw error
    const item = { serverId: undefined, request: { kind: 'local-host', address } as const, requestedBy: subject }
    const id = await db.as(tenantId, (sql) => putInboxItem(sql, tenantId, item, defaults.inbox.items))
    if (id === undefined) throw error
    throw new MetaError(error.code, error.message, `It waits in the inbox: mcpwright inbox. ${error.fix}`, {
      cause: error,
    })
  }
  return {
    ...egress,
    request: (request, policy) => egress.request(request, policy).catch((error: unknown) => ask(request.url, error)),
    open: (request, policy) => egress.open(request, policy).catch((error: unknown) => ask(request.url, error)),
  }
}

/** As egress knows it; undefined when the request failed for another reason, or behind a redirect. */
function blockedAddress(text: string, error: unknown): string | undefined {
  if (!(error instanceof MetaError) || error.code !== 'LOCAL_HOST_BLOCKED' || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!error.message.startsWith(`"${hostKey(url)}"`)) return undefined
  return hostAndPort(url)
}
