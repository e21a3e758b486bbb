import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

/** A value that a server's code has kept; undefined when there is none. */
export async function getValue(sql: Sql, tenantId: TenantId, serverId: ServerId, key: string): Promise<unknown> {
  const [row] = await sql.query<{ value: unknown }>(
    'SELECT value FROM store_values WHERE tenant_id = $1 AND server_id = $2 AND key = $3',
    [tenantId, serverId, key],
  )
  return row?.value
}

export async function setValue(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  key: string,
  value: unknown,
): Promise<void> {
  await sql.query(
    `INSERT INTO store_values (tenant_id, server_id, key, value) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, server_id, key) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [tenantId, serverId, key, JSON.stringify(value ?? null)],
  )
}

export async function deleteValue(sql: Sql, tenantId: TenantId, serverId: ServerId, key: string): Promise<void> {
  await sql.query('DELETE FROM store_values WHERE tenant_id = $1 AND server_id = $2 AND key = $3', [
    tenantId,
    serverId,
    key,
  ])
}

/** Keys that begin with `prefix`, sorted by code points. */
export async function listKeys(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  prefix: string,
): Promise<readonly string[]> {
  const rows = await sql.query<{ key: string }>(
    'SELECT key FROM store_values WHERE tenant_id = $1 AND server_id = $2 AND starts_with(key, $3) ORDER BY key COLLATE "C"',
    [tenantId, serverId, prefix],
  )
  return rows.map(({ key }) => key)
}
