import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { Deployment } from '../model/deployment.ts'
import type { DeploymentId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import { findDeploymentById, listDeployments } from '../registry/deployment-store.ts'
import { findServerById, setServerStatus } from '../registry/server-store.ts'
import type { Services } from './services.ts'

/**
 * A deployment with its server.
 * @throws MetaError SERVER_UNKNOWN
 */
export async function findSubject(
  tenantId: TenantId,
  deploymentId: DeploymentId,
  { db }: Pick<Services, 'db'>,
): Promise<{ server: Server; deployment: Deployment }> {
  return db.as(tenantId, async (sql) => {
    const deployment = await findDeploymentById(sql, tenantId, deploymentId)
    const server = deployment && (await findServerById(sql, tenantId, deployment.serverId))
    if (deployment && server) return { server, deployment }
    throw new MetaError(
      'SERVER_UNKNOWN',
      'The server of this deployment is gone.',
      'See what there is with list_servers.',
    )
  })
}

/** A server runs as long as it is up anywhere. */
export async function setStatusUnlessUp(
  sql: Sql,
  { tenantId, id }: Server,
  status: 'stopped' | 'failed',
): Promise<void> {
  const isUp = (await listDeployments(sql, tenantId, id)).some((deployment) => deployment.status === 'running')
  if (!isUp) await setServerStatus(sql, tenantId, id, status)
}
