import type { Deployment, TargetName } from '../../model/deployment.ts'
import { withSettings } from '../../model/deployment-settings.ts'
import type { Server } from '../../model/server.ts'
import { findDeployment } from '../../registry/deployment-store.ts'
import type { Services } from '../services.ts'

/**
 * The settings in force, with those that are named now; null takes one away.
 * @throws MetaError ARGUMENTS_INVALID, see `DeploymentTarget.checkSettings`
 */
export async function mergeSettings(
  { id, tenantId }: Pick<Server, 'id' | 'tenantId'>,
  target: TargetName,
  given: Readonly<Record<string, unknown>>,
  { db, targets }: Pick<Services, 'db' | 'targets'>,
): Promise<Deployment['settings']> {
  const deployment = await db.as(tenantId, (sql) => findDeployment(sql, tenantId, id, target))
  const settings = withSettings(deployment?.settings ?? {}, given)
  await targets[target].checkSettings(settings, deployment)
  return settings
}
