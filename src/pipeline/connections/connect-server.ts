import { defaults } from '../../config/defaults.ts'
import type { Sql } from '../../db/db.ts'
import { cleanLine } from '../../../generators/importers/openapi/clean-text.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { type Connection, type ConnectionTool, hostOf, isWanted } from '../../model/connection.ts'
import type { Principal } from '../../model/principal.ts'
import type { Server } from '../../model/server.ts'
import { isHostApproved, listConnections, upsertConnection } from '../../registry/connection-store.ts'
import { putInboxItem, removeInboxRequest } from '../../registry/inbox-store.ts'
import { requireServerToFill } from '../../registry/server-store.ts'
import type { Services } from '../services.ts'
import type { Listing } from './list-upstream-tools.ts'
import { effectOf } from './external-tool.ts'
import { noteListing } from './note-listing.ts'
import { type OfferedTools, offerTools } from './offer-tools.ts'
import { tokenName, tokenOf } from './connection-credentials.ts'
import { withdrawTools } from './withdraw-tools.ts'

export interface ConnectRequest {
  readonly serverName: string
  /** Without a token: which secret that is, is decided here. */
  readonly connection: Omit<Connection, 'token'>
}

export interface ConnectOutcome {
  /** `waiting`: a person has not allowed its host yet. */
  readonly state: 'waiting' | 'connected'
  readonly tools: readonly ConnectionTool[]
  readonly offered?: OfferedTools
  /** Upstream names of tools that are wanted no more. */
  readonly withdrawn: readonly string[]
  readonly leftOut: Listing['leftOut']
}

/**
 * Lists the tools of another MCP server and offers those that are wanted, at once where a person has allowed its host,
 * else when they do. Safe to repeat: what was allowed before stays as it was allowed.
 * @throws MetaError SERVER_UNKNOWN, CONNECTION_NAME_TAKEN, SECRET_MISSING, NOTHING_SELECTED, and what egress or the
 *   connected server refuse
 */
export async function connectServer(
  { serverName, connection: wanted }: ConnectRequest,
  services: Pick<Services, 'config' | 'db' | 'connections' | 'secrets'>,
  principal: Principal,
  signal: AbortSignal,
): Promise<ConnectOutcome> {
  const { tenantId } = principal
  const { server, stored } = await services.db.as(tenantId, async (sql) => {
    const found = await requireServerToFill(sql, tenantId, serverName)
    const connections = await listConnections(sql, tenantId, found.id)
    const same = connections.find(({ name }) => name === wanted.name)
    if (!same && connections.length >= defaults.connection.perServer) throw tooMany(serverName, connections.length)
    return { server: found, stored: same }
  })
  if (stored && stored.url !== wanted.url) throw nameTaken(serverName, stored)
  const connection = { ...wanted, ...(stored?.token !== undefined && { token: stored.token }) }
  const target = { tenantId, serverId: server.id, connection }
  const listing = await services.connections
    .use(target, (live) => live.list(signal))
    .catch((error: unknown) => noteWantedToken(error, server, connection, services))
  const names = listing.tools.map(({ definition }) => definition.name)
  if (!names.some((name) => isWanted(connection, name))) throw nothingSelected(server.name, connection, names)
  // Who logged in instead has no token to enter.
  const isTokenUsed = (await tokenOf(target, services.secrets)) !== undefined
  return services.db.as(tenantId, async (sql) => {
    await upsertConnection(sql, tenantId, server.id, isTokenUsed ? connection : { ...wanted })
    const tools = (await noteListing(sql, target, listing, principal.subject)) ?? []
    const shown = notYetAllowed(connection, tools)
    const withdrawn = await withdrawTools(sql, tenantId, server.id, connection)
    const { leftOut } = listing
    if (!(await isHostApproved(sql, tenantId, hostOf(connection)))) {
      await askForApproval(sql, server, connection, shown, principal)
      return { state: 'waiting', tools, withdrawn, leftOut }
    }
    await removeInboxRequest(sql, tenantId, server.id, requestOf(connection, shown))
    const offered = await offerTools(sql, services.config.quota, server, connection, shown)
    return { state: 'connected', tools, offered, withdrawn, leftOut }
  })
}

/** Wanted tools that no one has allowed in any form; one that was allowed and has changed waits in the inbox. */
function notYetAllowed(connection: Connection, tools: readonly ConnectionTool[]) {
  return tools.flatMap(({ tool, pinned, latest }) =>
    latest && !pinned && isWanted(connection, tool)
      ? [{ tool, digest: latest.digest, effect: effectOf(latest.definition) }]
      : [],
  )
}

function requestOf({ name, url }: Connection, tools: ReturnType<typeof notYetAllowed>) {
  return { kind: 'connection', connection: name, url, tools } as const
}

async function askForApproval(
  sql: Sql,
  server: Server,
  connection: Connection,
  tools: ReturnType<typeof notYetAllowed>,
  { tenantId, subject }: Principal,
): Promise<void> {
  const item = { serverId: server.id, request: requestOf(connection, tools), requestedBy: subject }
  if ((await putInboxItem(sql, tenantId, item, defaults.inbox.items)) !== undefined) return
  throw new MetaError(
    'LIMIT_EXCEEDED',
    `The inbox already holds ${defaults.inbox.items} requests.`,
    'A person has to work through it first: mcpwright inbox',
  )
}

/** The connection is kept, so that a person can enter the token that it wants. */
async function noteWantedToken(
  error: unknown,
  { tenantId, id, name }: Server,
  connection: Connection,
  { db }: Pick<Services, 'db'>,
): Promise<never> {
  if (!(error instanceof MetaError) || (error.code !== 'SECRET_MISSING' && error.code !== 'UNAUTHORIZED')) throw error
  const token = tokenName(connection.name)
  await db.as(tenantId, (sql) => upsertConnection(sql, tenantId, id, { ...connection, token }))
  const next = { tool: 'request_secrets', arguments: { server: name } }
  throw new MetaError(error.code, error.message, `${error.fix} Then connect it again.`, { cause: error, next })
}

function nameTaken(server: string, { name, url }: Connection): MetaError {
  return new MetaError(
    'CONNECTION_NAME_TAKEN',
    `Server "${server}" already has a connection "${name}", to ${url}.`,
    'Pick another name, or remove that one first with remove_item.',
    { next: { tool: 'remove_item', arguments: { server, kind: 'connection', name } } },
  )
}

function tooMany(server: string, connections: number): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `Server "${server}" has ${connections} connections, the most there may be.`,
    'Remove one with remove_item, or make another server.',
  )
}

/** Names of another server are its own words. */
const LONGEST_NAME = 100
const SHOWN_NAMES = 20

function nothingSelected(
  server: string,
  { name, url, transport, tools: wanted = [] }: Connection,
  names: readonly string[],
): MetaError {
  if (names.length === 0)
    return new MetaError('NOTHING_SELECTED', `"${url}" offers no tools.`, 'Connect it when it has some.')
  const offered = names.slice(0, SHOWN_NAMES).map((each) => cleanLine(each, LONGEST_NAME))
  const letters = wanted.map(lettersOf).filter((each) => each !== '')
  const like = offered.filter((each) => letters.some((part) => lettersOf(each).includes(part)))
  const again = { server, url, name, transport, tools: like.length > 0 ? like : ['…'] }
  return new MetaError(
    'NOTHING_SELECTED',
    `Nothing of "${url}" is called ${wanted.join(' or ').slice(0, 200)}.`,
    `It offers: ${offered.join(', ')}. A star stands for any characters.`,
    { next: { tool: 'connect_external', arguments: again } },
  )
}

/** `get_*` and `GetNote` are alike by these. */
function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}
