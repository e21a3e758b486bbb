import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

/** A person's leave: this server may send the variable of this name to this host. */
export interface EnvApproval {
  readonly serverId: ServerId
  readonly name: string
  readonly host: string
}

export async function insertEnvApproval(
  sql: Sql,
  tenantId: TenantId,
  { serverId, name, host }: EnvApproval,
  approvedBy: string,
): Promise<void> {
  await sql.query(
    `INSERT INTO env_approvals (tenant_id, server_id, name, host, approved_by) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [tenantId, serverId, name, host, approvedBy],
  )
}

export async function removeEnvApproval(
  sql: Sql,
  tenantId: TenantId,
  { serverId, name, host }: EnvApproval,
): Promise<void> {
  await sql.query('DELETE FROM env_approvals WHERE tenant_id = $1 AND server_id = $2 AND name = $3 AND host = $4', [
    tenantId,
    serverId,
    name,
    host,
  ])
}

/** By name and host; of one server, or of all that are not archived. */
export async function listEnvApprovals(
  sql: Sql,
  tenantId: TenantId,
  serverId?: ServerId,
): Promise<readonly (EnvApproval & { readonly server: string })[]> {
  return sql.query<EnvApproval & { server: string }>(
    `SELECT approval.server_id AS "serverId", approval.name, approval.host, server.name AS server
     FROM env_approvals approval
     JOIN servers server ON server.tenant_id = approval.tenant_id AND server.id = approval.server_id
     WHERE approval.tenant_id = $1 AND ($2::uuid IS NULL OR approval.server_id = $2) AND server.deleted_at IS NULL
     ORDER BY approval.name, approval.host, server.name`,
    [tenantId, serverId ?? null],
  )
}
