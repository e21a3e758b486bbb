import type { Credential } from '../../runtime/library/http-call.ts'
import { defaults } from '../config/defaults.ts'
import type { Sql } from '../db/db.ts'
import { shareRead } from '../db/share-read.ts'
import type { InboxItemId, ServerId, TenantId } from '../model/ids.ts'
import type { InboxRequest } from '../model/inbox/inbox-item.ts'
import type { OauthRequest } from '../model/inbox/oauth.ts'
import type { Principal } from '../model/principal.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import { secretsOf } from '../model/secrets-of.ts'
import { listConnections } from '../registry/connection-store.ts'
import { putInboxItem } from '../registry/inbox-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { inboxFull } from './inbox/inbox-full.ts'
import { loginsOf, neededSecrets, type PlacedSecret, placesOf } from './needed-secrets.ts'
import { loadSummary, type ServerSummary } from './server-summary.ts'
import type { Services } from './services.ts'
import { chooseHost } from './set-server-secret.ts'

/** A secret by its name; a model never sees more of it. */
export interface WantedSecret {
  readonly name: string
  /** Absent: the one host that the server's credential of that name is for. */
  readonly host?: string
  readonly purpose?: string
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
 * @param wanted  absent: all that the server's credentials and connections need
 * @throws MetaError SERVER_UNKNOWN, HOST_NOT_ALLOWED, LIMIT_EXCEEDED when the inbox is full
 */
export async function requestSecrets(
  serverName: string,
  wanted: readonly WantedSecret[] | undefined,
  services: Pick<Services, 'db' | 'secrets' | 'inboxLinks' | 'baseUrl'>,
  principal: Principal,
): Promise<SecretsAsked> {
  const { tenantId } = principal
  const { serverId, needs } = await findNeeds(serverName, services, tenantId)
  const resolver = await services.secrets.load(tenantId, serverId)
  const isSet = ({ name, host }: Pick<PlacedSecret, 'name' | 'host'>) => resolver.value(name, host) !== undefined
  const { set, missing } = wanted
    ? sortOut(
        wanted.flatMap((each) => place(each, needs)),
        isSet,
      )
    : neededSecrets(needs, isSet)
  if (missing.length === 0) return { set, missing }
  const requests = requestsFor(missing, loginsOf(needs))
  const items = await services.db.as(tenantId, (sql) => askFor(sql, serverId, requests, principal))
  const link = services.inboxLinks.mint(principal, new Set(items))
  return { set, missing, link: `${services.baseUrl}/inbox/open/${link}` }
}

function findNeeds(
  serverName: string,
  { db }: Pick<Services, 'db'>,
  tenantId: TenantId,
): Promise<{ readonly serverId: ServerId; readonly needs: SecretNeeds }> {
  return shareRead(db, `secret needs of ${tenantId} ${serverName}`, () =>
    db.as(tenantId, async (sql) => {
      const server = await requireServer(sql, tenantId, serverName)
      const { credentials, hosts, ways } = await loadSummary(sql, tenantId, server)
      const connections = await listConnections(sql, tenantId, server.id)
      return { serverId: server.id, needs: { credentials, hosts, ways, connections } }
    }),
  )
}

async function askFor(
  sql: Sql,
  serverId: ServerId,
  requests: readonly InboxRequest[],
  { tenantId, subject }: Principal,
): Promise<InboxItemId[]> {
  const items: InboxItemId[] = []
  for (const request of requests) {
    const id = await putInboxItem(sql, tenantId, { serverId, request, requestedBy: subject }, defaults.inbox.items)
    if (id === undefined) throw inboxFull()
    items.push(id)
  }
  return items
}

/** A refresh token and its client come of one login, where the description says how; all else is entered. */
function requestsFor(missing: readonly PlacedSecret[], logins: readonly OauthRequest[]): InboxRequest[] {
  const wanted = logins.filter(({ name }) => missing.some((secret) => secret.name === name))
  const covered = new Set(wanted.flatMap(({ name, client }) => [name, client]))
  const entered = missing.filter(({ name }) => !covered.has(name))
  return [...wanted, ...entered.map((secret) => ({ kind: 'secret' as const, ...secret }))]
}

/** What the secrets of a server are for, and where they may go. */
type SecretNeeds = Pick<ServerSummary, 'credentials' | 'hosts' | 'ways'> & Pick<ServerDefinition, 'connections'>

function place({ name, host: given, purpose }: WantedSecret, needs: SecretNeeds): PlacedSecret[] {
  const { credentials, hosts } = needs
  const credential = credentials.find((each) => each.name === name)
  const known = secretsOf(needs).find((each) => each.name === name)
  const words = { name, purpose: purpose ?? known?.purpose ?? '' }
  if (given === undefined && credential && isForTokenServer(credential)) {
    return placesOf(credential, credentials).map(({ host }) => ({ ...words, host }))
  }
  return [{ ...words, host: chooseHost(name, given?.toLowerCase(), known?.hosts ?? hosts) }]
}

function isForTokenServer({ placement: { type } }: Credential): boolean {
  return type === 'client' || type === 'clientCredentials' || type === 'refreshToken'
}

function sortOut(
  placed: readonly PlacedSecret[],
  isSet: (secret: PlacedSecret) => boolean,
): Pick<SecretsAsked, 'set' | 'missing'> {
  return { set: placed.filter(isSet), missing: placed.filter((secret) => !isSet(secret)) }
}
