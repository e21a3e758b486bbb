import type { DeploymentId, TenantId } from '../model/ids.ts'
import { updateDeployment } from '../registry/deployment-store.ts'
import { findSubject, setStatusUnlessUp } from './deployment-subject.ts'
import type { Services } from './services.ts'

/** Takes a deployment down; it can be started again. */
export async function stopDeployment(
  { tenantId, deploymentId }: { tenantId: TenantId; deploymentId: DeploymentId },
  services: Services,
): Promise<void> {
  const { server, deployment } = await findSubject(tenantId, deploymentId, services)
  await services.targets[deployment.target].stop(deployment)
  await services.db.as(tenantId, async (sql) => {
    await updateDeployment(sql, tenantId, deploymentId, {
      status: 'stopped',
      statusMessage: null,
      stoppedAt: new Date(),
    })
    await setStatusUnlessUp(sql, server, 'stopped')
  })
}
