import type { Sql } from '../db/db.ts'
import type { DaemonId, DeploymentId } from '../model/ids.ts'

/**
 * Makes a daemon the one that runs a deployment, unless another one holds a lease that has not ended.
 * Over all tenants: run it with `asSystem`.
 * @returns whether the daemon has it now
 */
export async function takeLease(
  sql: Sql,
  daemonId: DaemonId,
  deploymentId: DeploymentId,
  leaseMs: number,
): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE deployments SET daemon_id = $1, lease_until = now() + $3 * interval '1 millisecond'
     WHERE id = $2 AND (daemon_id = $1 OR daemon_id IS NULL OR lease_until IS NULL OR lease_until < now())
     RETURNING id`,
    [daemonId, deploymentId, leaseMs],
  )
  return rows.length > 0
}

/** Lengthens all leases of a daemon, of all tenants: run it with `asSystem`. @returns the deployments it still has */
export async function renewLeases(sql: Sql, daemonId: DaemonId, leaseMs: number): Promise<readonly DeploymentId[]> {
  const rows = await sql.query<{ id: DeploymentId }>(
    `UPDATE deployments SET lease_until = now() + $2 * interval '1 millisecond'
     WHERE daemon_id = $1 AND status NOT IN ('stopped', 'failed', 'deleted')
     RETURNING id`,
    [daemonId, leaseMs],
  )
  return rows.map(({ id }) => id)
}
