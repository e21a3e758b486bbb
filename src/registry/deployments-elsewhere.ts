import type { Sql } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'

/** A deployment that stays when this machine's mcpwright goes. */
export interface DeploymentElsewhere {
  readonly server: string
  /** What it was deployed to: `cloudflare`, `kubernetes` … */
  readonly target: string
  readonly status: string
  readonly url: string | null
}

/** What was deployed to anything but this machine and not taken away there, by server and target. */
export async function listDeploymentsElsewhere(sql: Sql, tenantId: TenantId): Promise<readonly DeploymentElsewhere[]> {
  return sql.query<DeploymentElsewhere>(
    `SELECT s.name AS server, d.target, d.status, d.endpoint_url AS url
     FROM deployments d JOIN servers s ON s.id = d.server_id AND s.tenant_id = d.tenant_id
     WHERE d.tenant_id = $1 AND d.target <> 'local' AND d.status <> 'deleted'
     ORDER BY s.name, d.target`,
    [tenantId],
  )
}
