import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

export interface UnusedServer {
  readonly id: ServerId
  readonly name: string
  /** Of the last change, deploy or request, whichever was last. */
  readonly lastUsedAt: Date
}

/** Servers that nobody has changed, deployed or asked since `before`; the longest unused first. */
export async function findUnusedServers(sql: Sql, tenantId: TenantId, before: Date): Promise<readonly UnusedServer[]> {
  const rows = await sql.query<{ id: ServerId; name: string; last_used_at: Date }>(
    `SELECT * FROM (
       SELECT s.id, s.name, greatest(s.updated_at, max(d.last_request_at), max(d.started_at)) AS last_used_at
       FROM servers s LEFT JOIN deployments d ON d.tenant_id = s.tenant_id AND d.server_id = s.id
       WHERE s.tenant_id = $1 AND s.deleted_at IS NULL
       GROUP BY s.tenant_id, s.id
     ) used
     WHERE last_used_at < $2 ORDER BY last_used_at, name`,
    [tenantId, before],
  )
  return rows.map(({ id, name, last_used_at: lastUsedAt }) => ({ id, name, lastUsedAt }))
}

/** Servers that were archived before `before`. Over all tenants: run it with `asSystem`. */
export async function findExpiredArchives(
  sql: Sql,
  before: Date,
): Promise<readonly { readonly tenantId: TenantId; readonly serverId: ServerId }[]> {
  const rows = await sql.query<{ tenant_id: TenantId; id: ServerId }>(
    'SELECT tenant_id, id FROM servers WHERE deleted_at < $1 ORDER BY deleted_at LIMIT 100',
    [before],
  )
  return rows.map(({ tenant_id: tenantId, id: serverId }) => ({ tenantId, serverId }))
}
