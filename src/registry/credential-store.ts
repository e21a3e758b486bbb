import type { Credential } from '../../runtime/library/http-call.ts'
import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { stayPinned } from '../model/pinned-login.ts'

/** Its columns are named as the model's properties are. */
type CredentialRow = Credential

/**
 * Writes what a server's calls need; a credential of the same name is replaced, but for what a person has seen of its
 * provider. Values are the vault's.
 */
export async function upsertCredentials(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  credentials: readonly Credential[],
): Promise<void> {
  const known = await listCredentials(sql, tenantId, serverId)
  const kept = credentials.map((next) =>
    stayPinned(
      next,
      known.find(({ name }) => name === next.name),
    ),
  )
  for (const { name, hosts, placement, purpose } of kept) {
    await sql.query(
      `INSERT INTO credentials (tenant_id, server_id, name, hosts, placement, purpose)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant_id, server_id, name) DO UPDATE
       SET hosts = excluded.hosts, placement = excluded.placement, purpose = excluded.purpose`,
      [tenantId, serverId, name, hosts, JSON.stringify(placement), purpose],
    )
  }
}

export async function removeCredentials(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  names: readonly string[],
): Promise<void> {
  await sql.query('DELETE FROM credentials WHERE tenant_id = $1 AND server_id = $2 AND name = ANY($3::text[])', [
    tenantId,
    serverId,
    names,
  ])
}

/** By name. */
export async function listCredentials(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly Credential[]> {
  return sql.query<CredentialRow>(
    `SELECT name, hosts, placement, purpose FROM credentials
     WHERE tenant_id = $1 AND server_id = $2 ORDER BY name`,
    [tenantId, serverId],
  )
}
