import type { Sql } from '../db/db.ts'
import type { Connection, ConnectionTransport } from '../model/connection.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

interface ConnectionRow {
  name: string
  url: string
  transport: ConnectionTransport
  tools: readonly string[] | null
  token: string | null
}

function toConnection({ name, url, transport, tools, token }: ConnectionRow): Connection {
  return { name, url, transport, ...(tools !== null && { tools }), ...(token !== null && { token }) }
}

const COLUMNS = 'name, url, transport, tools, token'

/** One of the same name is replaced; what is known of its tools stays. */
export async function upsertConnection(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  { name, url, transport, tools, token }: Connection,
): Promise<void> {
  await sql.query(
    `INSERT INTO connections (tenant_id, server_id, ${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (tenant_id, server_id, name) DO UPDATE
     SET url = excluded.url, transport = excluded.transport, tools = excluded.tools, token = excluded.token`,
    [tenantId, serverId, name, url, transport, tools ? JSON.stringify(tools) : null, token ?? null],
  )
}

/** By name. */
export async function listConnections(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly Connection[]> {
  const rows = await sql.query<ConnectionRow>(
    `SELECT ${COLUMNS} FROM connections WHERE tenant_id = $1 AND server_id = $2 ORDER BY name`,
    [tenantId, serverId],
  )
  return rows.map(toConnection)
}

export async function findConnection(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
): Promise<Connection | undefined> {
  const [row] = await sql.query<ConnectionRow>(
    `SELECT ${COLUMNS} FROM connections WHERE tenant_id = $1 AND server_id = $2 AND name = $3`,
    [tenantId, serverId, name],
  )
  return row && toConnection(row)
}

/** What is known of its tools goes with it. @returns whether there was one */
export async function removeConnectionRow(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
): Promise<boolean> {
  const rows = await sql.query(
    'DELETE FROM connections WHERE tenant_id = $1 AND server_id = $2 AND name = $3 RETURNING name',
    [tenantId, serverId, name],
  )
  return rows.length > 0
}

/** Whether a person allowed the tenant to connect servers of this host. */
export async function isHostApproved(sql: Sql, tenantId: TenantId, host: string): Promise<boolean> {
  const rows = await sql.query('SELECT 1 FROM connection_hosts WHERE tenant_id = $1 AND host = $2', [tenantId, host])
  return rows.length > 0
}

export async function approveHost(sql: Sql, tenantId: TenantId, host: string, approvedBy: string): Promise<void> {
  await sql.query(
    `INSERT INTO connection_hosts (tenant_id, host, approved_by) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, host) DO NOTHING`,
    [tenantId, host, approvedBy],
  )
}

export async function withdrawHost(sql: Sql, tenantId: TenantId, host: string): Promise<void> {
  await sql.query('DELETE FROM connection_hosts WHERE tenant_id = $1 AND host = $2', [tenantId, host])
}

/** Sorted. */
export async function listApprovedHosts(sql: Sql, tenantId: TenantId): Promise<readonly string[]> {
  const rows = await sql.query<{ host: string }>(
    'SELECT host FROM connection_hosts WHERE tenant_id = $1 ORDER BY host',
    [tenantId],
  )
  return rows.map(({ host }) => host)
}
