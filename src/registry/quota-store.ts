import type { Sql } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'

/** Until the transaction ends nobody else counts for this tenant, so that two calls can't take the same last place. */
export async function lockQuota(sql: Sql, tenantId: TenantId): Promise<void> {
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('quota ' || $1::text, 0))`, [tenantId])
}

/** Those that are not archived. */
export async function countServers(sql: Sql, tenantId: TenantId): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM servers WHERE tenant_id = $1 AND deleted_at IS NULL',
    [tenantId],
  )
  return row?.count ?? 0
}

/** Of all servers that are not archived. */
export async function countAllTools(sql: Sql, tenantId: TenantId): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM tools JOIN servers ON servers.id = tools.server_id
     WHERE tools.tenant_id = $1 AND servers.tenant_id = $1 AND servers.deleted_at IS NULL`,
    [tenantId],
  )
  return row?.count ?? 0
}

/** Forgets those from before. @returns when builds were asked for since then, the oldest first */
export async function listBuildStarts(sql: Sql, tenantId: TenantId, since: Date): Promise<readonly Date[]> {
  await sql.query('DELETE FROM build_starts WHERE tenant_id = $1 AND at < $2', [tenantId, since])
  const rows = await sql.query<{ at: Date }>('SELECT at FROM build_starts WHERE tenant_id = $1 ORDER BY at', [tenantId])
  return rows.map(({ at }) => at)
}

export async function insertBuildStart(sql: Sql, tenantId: TenantId, at: Date): Promise<void> {
  await sql.query('INSERT INTO build_starts (tenant_id, at) VALUES ($1, $2)', [tenantId, at])
}

/** What a tenant keeps: versions of its servers, descriptions, and what the servers' code stores. */
export async function countStoredBytes(sql: Sql, tenantId: TenantId): Promise<number> {
  const [row] = await sql.query<{ bytes: number }>(
    `SELECT (
       (SELECT coalesce(sum(octet_length(content)), 0) FROM build_files WHERE tenant_id = $1)
       + (SELECT coalesce(sum(octet_length(content)), 0) FROM source_texts WHERE tenant_id = $1)
       + (SELECT coalesce(sum(octet_length(value::text)), 0) FROM store_values WHERE tenant_id = $1)
     )::float8 AS bytes`,
    [tenantId],
  )
  return row?.bytes ?? 0
}
