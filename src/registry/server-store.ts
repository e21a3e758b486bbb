import type { Sql } from '../db/db.ts'
import { isUniqueViolation } from '../db/sql-error.ts'
import { MetaError, type NextCall } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { nearestName, SERVER_NAME } from '../model/names.ts'
import type { Exposure } from '../model/server-definition.ts'
import type { Server, ServerStatus } from '../model/server.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'

interface ServerRow {
  id: ServerId
  tenant_id: TenantId
  name: string
  description: string
  revision: number
  exposure: Exposure
  status: ServerStatus
  created_at: Date
  updated_at: Date
  deleted_at: Date | null
}

function toServer(row: ServerRow): Server {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    description: row.description,
    revision: row.revision,
    exposure: row.exposure,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
  }
}

export interface NewServer {
  readonly name: string
  readonly description: string
  readonly exposure: Exposure
}

/** @throws MetaError SERVER_NAME_TAKEN when the tenant has a server of that name which is not archived */
export async function insertServer(sql: Sql, tenantId: TenantId, server: NewServer): Promise<Server> {
  const [row] = await sql.query<ServerRow>(
    `INSERT INTO servers (tenant_id, name, description, exposure, status)
     VALUES ($1, $2, $3, $4, 'draft')
     ON CONFLICT DO NOTHING
     RETURNING *`,
    [tenantId, server.name, server.description, server.exposure],
  )
  if (!row) throw nameTaken(server.name)
  return toServer(row)
}

/** A server that is not archived. */
export async function findServerByName(sql: Sql, tenantId: TenantId, name: string): Promise<Server | undefined> {
  const [row] = await sql.query<ServerRow>(
    'SELECT * FROM servers WHERE tenant_id = $1 AND name = $2 AND deleted_at IS NULL',
    [tenantId, name],
  )
  return row && toServer(row)
}

/** @throws MetaError SERVER_UNKNOWN, with the nearest name the tenant has */
export async function requireServer(sql: Sql, tenantId: TenantId, name: string): Promise<Server> {
  const server = await findServerByName(sql, tenantId, name)
  if (server) return server
  throw await unknownServer(sql, tenantId, name, { tool: 'list_servers', arguments: {} })
}

/** The same before something is put into a server: one that is not there can be begun. @throws MetaError SERVER_UNKNOWN */
export async function requireServerToFill(sql: Sql, tenantId: TenantId, name: string): Promise<Server> {
  const server = await findServerByName(sql, tenantId, name)
  if (server) return server
  const begin = {
    tool: 'init_server',
    arguments: { name: SERVER_NAME.test(name) ? name : 'my-server', description: '…' },
  }
  throw await unknownServer(sql, tenantId, name, begin)
}

/** @param otherwise  what to do when no server has a name like it */
async function unknownServer(sql: Sql, tenantId: TenantId, name: string, otherwise: NextCall): Promise<MetaError> {
  const nearest = nearestName(name, await listServerNames(sql, tenantId))
  // Whether what somebody has taken down is wanted again, no model can know.
  const isArchived = (await findArchivedServer(sql, tenantId, name)) !== undefined
  return new MetaError(
    'SERVER_UNKNOWN',
    isArchived ? `The server "${name}" is archived.` : `There is no server "${name}".`,
    isArchived
      ? 'delete_server with restore: true brings it back, if the person wants it.'
      : nearest
        ? `Did you mean "${nearest}"?`
        : 'List the servers with list_servers, or make one with init_server.',
    {
      next: nearest === undefined || isArchived ? otherwise : { tool: 'get_server', arguments: { server: nearest } },
    },
  )
}

/** Archived ones too. */
export async function findServerById(sql: Sql, tenantId: TenantId, id: ServerId): Promise<Server | undefined> {
  const [row] = await sql.query<ServerRow>('SELECT * FROM servers WHERE tenant_id = $1 AND id = $2', [tenantId, id])
  return row && toServer(row)
}

/** @throws MetaError SERVER_UNKNOWN when it has been removed for good */
export async function requireServerById(sql: Sql, tenantId: TenantId, id: ServerId): Promise<Server> {
  const server = await findServerById(sql, tenantId, id)
  if (server) return server
  throw new MetaError('SERVER_UNKNOWN', 'The server has been removed.', 'See what there is with list_servers.')
}

/** The most recently archived server of that name, to restore it. */
export async function findArchivedServer(sql: Sql, tenantId: TenantId, name: string): Promise<Server | undefined> {
  const [row] = await sql.query<ServerRow>(
    `SELECT * FROM servers WHERE tenant_id = $1 AND name = $2 AND deleted_at IS NOT NULL
     ORDER BY deleted_at DESC LIMIT 1`,
    [tenantId, name],
  )
  return row && toServer(row)
}

export interface ServerList {
  /** Part of the name or the description, in any case. */
  readonly query?: string
  /** Archived servers are listed only when asked for. */
  readonly status?: ServerStatus
  readonly limit: number
  readonly cursor?: string
}

/** By name. A cursor stays right when servers come and go in between. */
export async function listServers(
  sql: Sql,
  tenantId: TenantId,
  { query, status, limit, cursor }: ServerList,
): Promise<{ servers: readonly Server[]; nextCursor?: string }> {
  const [afterName, afterId] = cursor === undefined ? [null, null] : decodeCursor(cursor, 2)
  const rows = await sql.query<ServerRow>(
    `SELECT * FROM servers
     WHERE tenant_id = $1
       AND (deleted_at IS NOT NULL) = ($2::text IS NOT DISTINCT FROM 'archived')
       AND ($2::text IS NULL OR status = $2)
       AND ($3::text IS NULL OR name ILIKE $3 OR description ILIKE $3)
       AND ($4::text IS NULL OR (name, id::text) > ($4, $5::text))
     ORDER BY name, id::text
     LIMIT $6`,
    [tenantId, status ?? null, query ? `%${escapeLike(query)}%` : null, afterName ?? null, afterId ?? null, limit + 1],
  )
  const servers = rows.slice(0, limit).map(toServer)
  const last = servers.at(-1)
  return { servers, ...(rows.length > limit && last && { nextCursor: encodeCursor([last.name, last.id]) }) }
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`)
}

/** Where it is told that servers came, went, or changed in what a list shows; the payload is the tenant's id. */
export const SERVERS_CHANGED = 'mcpwright_servers'

export async function listServerNames(sql: Sql, tenantId: TenantId): Promise<readonly string[]> {
  const rows = await sql.query<{ name: string }>(
    'SELECT name FROM servers WHERE tenant_id = $1 AND deleted_at IS NULL ORDER BY name',
    [tenantId],
  )
  return rows.map(({ name }) => name)
}

/**
 * Gives the definition its next revision. Call it first in a transaction that changes the definition: it locks the
 * server until the end, so that changes come one after another.
 */
export async function bumpRevision(sql: Sql, tenantId: TenantId, id: ServerId): Promise<number> {
  const [row] = await sql.query<{ revision: number }>(
    'UPDATE servers SET revision = revision + 1, updated_at = now() WHERE tenant_id = $1 AND id = $2 RETURNING revision',
    [tenantId, id],
  )
  if (!row) throw new Error(`No server has the id "${id}".`)
  return row.revision
}

/** Does not change the revision; see bumpRevision. */
export async function updateServer(
  sql: Sql,
  tenantId: TenantId,
  id: ServerId,
  changes: { readonly description?: string; readonly exposure?: Exposure },
): Promise<void> {
  await sql.query(
    `UPDATE servers SET description = coalesce($3, description), exposure = coalesce($4, exposure), updated_at = now()
     WHERE tenant_id = $1 AND id = $2`,
    [tenantId, id, changes.description ?? null, changes.exposure ?? null],
  )
}

export async function setServerStatus(
  sql: Sql,
  tenantId: TenantId,
  id: ServerId,
  status: Exclude<ServerStatus, 'archived'>,
): Promise<void> {
  await sql.query('UPDATE servers SET status = $3, updated_at = now() WHERE tenant_id = $1 AND id = $2', [
    tenantId,
    id,
    status,
  ])
}

/** Hides the server and frees its name. Safe to repeat: the first time stays. */
export async function archiveServer(sql: Sql, tenantId: TenantId, id: ServerId): Promise<void> {
  await sql.query(
    `UPDATE servers SET status = 'archived', deleted_at = now(), updated_at = now()
     WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL`,
    [tenantId, id],
  )
}

/**
 * Brings an archived server back as a stopped one, under this name.
 * @throws MetaError SERVER_NAME_TAKEN when it is in use now
 */
export async function restoreServer(
  sql: Sql,
  tenantId: TenantId,
  { id, name }: Pick<Server, 'id' | 'name'>,
): Promise<void> {
  try {
    await sql.query(
      `UPDATE servers SET status = 'stopped', deleted_at = NULL, name = $3, updated_at = now()
       WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NOT NULL`,
      [tenantId, id, name],
    )
  } catch (error) {
    if (isUniqueViolation(error, 'servers_name')) throw nameTaken(name)
    throw error
  }
}

/** The name, or the first like it that no server has that is not archived: `shop`, else `shop-2`. */
export async function freeName(sql: Sql, tenantId: TenantId, name: string): Promise<string> {
  const taken = new Set(await listServerNames(sql, tenantId))
  let free = name
  while (taken.has(free)) free = anotherName(free)
  return free
}

/** Removes the row and, with it, everything that belongs to the server. There is no way back. */
export async function deleteServerRow(sql: Sql, tenantId: TenantId, id: ServerId): Promise<void> {
  await sql.query('DELETE FROM servers WHERE tenant_id = $1 AND id = $2', [tenantId, id])
}

function nameTaken(name: string): MetaError {
  return new MetaError(
    'SERVER_NAME_TAKEN',
    `There is a server "${name}" already.`,
    'Pick another name, or go on with that server: get_server shows it.',
    { next: { tool: 'init_server', arguments: { name: anotherName(name), description: '…' } } },
  )
}

/** `shop` becomes `shop-2`, and that `shop-3`; a name has at most 39 characters. */
function anotherName(name: string): string {
  const [, stem = name, number = '1'] = /^(.*?)-(\d+)$/.exec(name) ?? []
  const suffix = `-${Number(number) + 1}`
  return `${stem.slice(0, 39 - suffix.length)}${suffix}`
}
