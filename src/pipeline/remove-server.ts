import type { ServerId, TenantId } from '../model/ids.ts'
import { listDeployments, updateDeployment } from '../registry/deployment-store.ts'
import { archiveServer, deleteServerRow } from '../registry/server-store.ts'
import type { Services } from './services.ts'

/** Takes a server down everywhere and archives it: it can be restored until it is cleaned up. */
export async function removeServer(
  { tenantId, serverId }: { tenantId: TenantId; serverId: ServerId },
  { db, targets }: Pick<Services, 'db' | 'targets'>,
): Promise<void> {
  const deployments = await db.as(tenantId, (sql) => listDeployments(sql, tenantId, serverId))
  for (const deployment of deployments) {
    await targets[deployment.target].remove(deployment)
    await db.as(tenantId, (sql) =>
      updateDeployment(sql, tenantId, deployment.id, { status: 'deleted', statusMessage: null, deletedAt: new Date() }),
    )
  }
  await db.as(tenantId, (sql) => archiveServer(sql, tenantId, serverId))
}

/** Removes an archived server for good, with everything that belongs to it. */
export async function cleanUpServer(
  { tenantId, serverId }: { tenantId: TenantId; serverId: ServerId },
  services: Pick<Services, 'db' | 'targets'>,
): Promise<void> {
  await removeServer({ tenantId, serverId }, services)
  await services.db.as(tenantId, (sql) => deleteServerRow(sql, tenantId, serverId))
}
