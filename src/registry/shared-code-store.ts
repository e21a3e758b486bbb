import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

/** Source texts by file name; null takes a file away. */
export type SharedCodeChanges = Readonly<Record<string, string | null>>

export async function changeSharedCode(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  changes: SharedCodeChanges,
): Promise<void> {
  for (const [name, source] of Object.entries(changes)) {
    if (source === null) {
      await sql.query('DELETE FROM shared_code WHERE tenant_id = $1 AND server_id = $2 AND name = $3', [
        tenantId,
        serverId,
        name,
      ])
      continue
    }
    await sql.query(
      `INSERT INTO shared_code (tenant_id, server_id, name, source) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, server_id, name) DO UPDATE SET source = excluded.source`,
      [tenantId, serverId, name, source],
    )
  }
}

/** By file name. */
export async function listSharedCode(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<Readonly<Record<string, string>>> {
  const rows = await sql.query<{ name: string; source: string }>(
    'SELECT name, source FROM shared_code WHERE tenant_id = $1 AND server_id = $2 ORDER BY name COLLATE "C"',
    [tenantId, serverId],
  )
  return Object.fromEntries(rows.map(({ name, source }) => [name, source]))
}
