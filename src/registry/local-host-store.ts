import type { Sql } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'

/** Stores that a person opened a local `host:port`. */
export async function insertLocalHost(
  sql: Sql,
  tenantId: TenantId,
  address: string,
  approvedBy: string,
): Promise<void> {
  await sql.query(
    `INSERT INTO local_hosts (tenant_id, address, approved_by) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, address) DO NOTHING`,
    [tenantId, address, approvedBy],
  )
}

export async function removeLocalHost(sql: Sql, tenantId: TenantId, address: string): Promise<void> {
  await sql.query('DELETE FROM local_hosts WHERE tenant_id = $1 AND address = $2', [tenantId, address])
}

/** Sorted. */
export async function listLocalHosts(sql: Sql, tenantId: TenantId): Promise<readonly string[]> {
  const rows = await sql.query<{ address: string }>(
    'SELECT address FROM local_hosts WHERE tenant_id = $1 ORDER BY address',
    [tenantId],
  )
  return rows.map(({ address }) => address)
}
