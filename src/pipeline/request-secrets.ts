import { defaults } from '../config/defaults.ts'
import type { Sql } from '../db/db.ts'
import type { InboxItemId, ServerId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import { hostsOf } from '../model/server-hosts.ts'
import { putInboxItem } from '../registry/inbox-store.ts'
import { loadDefinition } from '../registry/load-definition.ts'
import { requireServer } from '../registry/server-store.ts'
import { inboxFull } from './inbox/inbox-full.ts'
import type { SecretResolver } from './resolve-secrets.ts'
import type { Services } from './services.ts'
import { chooseHost } from './set-server-secret.ts'

/** A secret by its name; a model never sees more of it. */
export interface WantedSecret {
  readonly name: string
  /** Absent: the one host that the server's credential of that name is for. */
  readonly host?: string
  readonly purpose?: string
}

export interface PlacedSecret {
  readonly name: string
  readonly host: string
  readonly purpose: string
}

export interface SecretsAsked {
  readonly set: readonly PlacedSecret[]
  readonly missing: readonly PlacedSecret[]
  /** Where a person enters what is missing: good once, for ten minutes. */
  readonly link?: string
}

/**
 * Asks a person for secrets of a server. Nothing is created here but the question: which value goes to which host is
 * decided by the person who enters it.
 * @param wanted  absent: all that the server's credentials need
 * @throws MetaError SERVER_UNKNOWN, HOST_NOT_ALLOWED, LIMIT_EXCEEDED when the inbox is full
 */
export async function requestSecrets(
  serverName: string,
  wanted: readonly WantedSecret[] | undefined,
  services: Pick<Services, 'db' | 'secrets' | 'inboxLinks' | 'baseUrl'>,
  principal: Principal,
): Promise<SecretsAsked> {
  const { tenantId } = principal
  const { serverId, definition } = await services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, serverName)
    return { serverId: server.id, definition: await loadDefinition(sql, tenantId, server) }
  })
  const resolver = await services.secrets.load(tenantId, serverId)
  const placed = wanted ? wanted.map((each) => place(each, definition)) : neededBy(definition)
  const missing = placed.filter((secret) => !isSet(secret, resolver))
  const set = placed.filter((secret) => isSet(secret, resolver))
  if (missing.length === 0) return { set, missing }
  const items = await services.db.as(tenantId, (sql) => askFor(sql, serverId, missing, principal))
  const link = services.inboxLinks.mint(principal, new Set(items))
  return { set, missing, link: `${services.baseUrl}/inbox/open/${link}` }
}

async function askFor(
  sql: Sql,
  serverId: ServerId,
  missing: readonly PlacedSecret[],
  { tenantId, subject }: Principal,
): Promise<InboxItemId[]> {
  const items: InboxItemId[] = []
  for (const secret of missing) {
    const request = { kind: 'secret', ...secret } as const
    const id = await putInboxItem(sql, tenantId, { serverId, request, requestedBy: subject }, defaults.inbox.items)
    if (id === undefined) throw inboxFull()
    items.push(id)
  }
  return items
}

function neededBy({ credentials }: ServerDefinition): PlacedSecret[] {
  return credentials.flatMap(({ name, hosts, purpose }) => hosts.map((host) => ({ name, host, purpose })))
}

function place({ name, host: given, purpose }: WantedSecret, definition: ServerDefinition): PlacedSecret {
  const credential = definition.credentials.find((each) => each.name === name)
  const host = chooseHost(name, given?.toLowerCase(), credential?.hosts ?? hostsOf(definition))
  return { name, host, purpose: purpose ?? credential?.purpose ?? '' }
}

function isSet({ name, host }: PlacedSecret, resolver: SecretResolver): boolean {
  return resolver.value(name, host) !== undefined
}
