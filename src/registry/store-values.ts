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

/**
 * Sets a value in the place of `expected`, as it was read (null: none, or null).
 * @returns false, with nothing changed, when there is something else by now
 */
export async function replaceValue(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  key: string,
  { expected, value }: { readonly expected: unknown; readonly value: unknown },
): Promise<boolean> {
  const parameters = [tenantId, serverId, key, JSON.stringify(value ?? null), JSON.stringify(expected ?? null)]
  // What is stored is the text that JSON.stringify gave, and reading and writing it again gives the same text.
  const rows = await sql.query(
    (expected ?? null) === null
      ? `INSERT INTO store_values AS stored (tenant_id, server_id, key, value) VALUES ($1, $2, $3, $4::json)
         ON CONFLICT (tenant_id, server_id, key) DO UPDATE SET value = excluded.value, updated_at = now()
         WHERE stored.value::text = $5
         RETURNING key`
      : `UPDATE store_values SET value = $4::json, updated_at = now()
         WHERE tenant_id = $1 AND server_id = $2 AND key = $3 AND value::text = $5
         RETURNING key`,
    parameters,
  )
  return rows.length > 0
}

export async function deleteValue(sql: Sql, tenantId: TenantId, serverId: ServerId, key: string): Promise<void> {
  await sql.query('DELETE FROM store_values WHERE tenant_id = $1 AND server_id = $2 AND key = $3', [
    tenantId,
    serverId,
    key,
  ])
}

/** Values whose keys begin with `prefix` and come after `after`, sorted by code points. */
export async function listValues(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  { prefix, after, limit }: { readonly prefix: string; readonly after: string; readonly limit: number },
): Promise<readonly { readonly key: string; readonly value: unknown }[]> {
  return sql.query<{ key: string; value: unknown }>(
    `SELECT key, value FROM store_values
     WHERE tenant_id = $1 AND server_id = $2 AND starts_with(key, $3) AND key COLLATE "C" > $4
     ORDER BY key COLLATE "C" LIMIT $5`,
    [tenantId, serverId, prefix, after, limit],
  )
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
