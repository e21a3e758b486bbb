import { MetaError } from '../errors/meta-error.ts'
import type { Deployment, TargetName } from '../model/deployment.ts'
import type { JobId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import { findDeployment, updateDeployment, upsertDeployment } from '../registry/deployment-store.ts'
import { setServerStatus } from '../registry/server-store.ts'
import { refuseMoreJobs, takeBuild } from './quota.ts'
import type { Services } from './services.ts'

/**
 * Enqueues a deploy; the deployment's row and its job are written in one transaction.
 * @throws MetaError LIMIT_EXCEEDED when the hour's builds, the jobs at once, or the room for them, are used up
 */
export async function queueDeploy(
  server: Server,
  target: TargetName,
  version: number | undefined,
  { db, queue, daemonId, config }: Pick<Services, 'db' | 'queue' | 'daemonId' | 'config'>,
  tenantId: TenantId,
): Promise<{ job: JobId; deployment: Deployment }> {
  return db.as(tenantId, async (sql) => {
    await refuseMoreJobs(sql, { queue, config }, tenantId)
    // An earlier version is there already.
    if (version === undefined) await takeBuild(sql, config.quota, tenantId, new Date())
    const deployment = await upsertDeployment(sql, tenantId, server, target)
    const isUp = deployment.status === 'running'
    await updateDeployment(sql, tenantId, deployment.id, {
      ...(!isUp && { status: 'pending' as const, statusMessage: 'Waiting for its turn.', deletedAt: null, daemonId }),
    })
    const job = await queue.send(
      {
        kind: 'deploy',
        tenantId,
        serverId: server.id,
        deploymentId: deployment.id,
        ...(version !== undefined && { version }),
      },
      sql,
    )
    return { job, deployment }
  })
}

/** Notes that a deploy was refused before it began, for who looks at the server later. What runs goes on. */
export async function noteRefusedDeploy(
  server: Server,
  target: TargetName,
  reason: string,
  { db }: Pick<Services, 'db'>,
): Promise<void> {
  const { tenantId } = server
  const statusMessage = `The last deploy was refused: ${reason}`.slice(0, 2_000)
  await db.as(tenantId, async (sql) => {
    const { id, status } = await upsertDeployment(sql, tenantId, server, target)
    const isNew = status === 'pending'
    await updateDeployment(sql, tenantId, id, { statusMessage, ...(isNew && { status: 'failed' as const }) })
    if (isNew) await setServerStatus(sql, tenantId, server.id, 'failed')
  })
}

/** Enqueues a start or stop of what has been deployed. @throws MetaError SERVER_NOT_RUNNING when nothing has; LIMIT_EXCEEDED */
export async function queueChange(
  kind: 'start' | 'stop',
  server: Server,
  target: TargetName,
  { db, queue, config }: Pick<Services, 'db' | 'queue' | 'config'>,
  tenantId: TenantId,
): Promise<{ job: JobId; deployment: Deployment }> {
  return db.as(tenantId, async (sql) => {
    await refuseMoreJobs(sql, { queue, config }, tenantId)
    const deployment = await findDeployment(sql, tenantId, server.id, target)
    if (!deployment || deployment.status === 'deleted') throw notDeployed(server.name, target)
    const job = await queue.send({ kind, tenantId, serverId: server.id, deploymentId: deployment.id }, sql)
    return { job, deployment }
  })
}

export function notDeployed(server: string, target: string): MetaError {
  return new MetaError('SERVER_NOT_RUNNING', `Server "${server}" is not deployed to "${target}".`, 'Deploy it first.', {
    next: { tool: 'deploy', arguments: { server } },
  })
}

/** A deploy of this server that waits or runs: a repeated call attaches to it instead of sending another. */
export async function findPendingDeploy(
  server: Server,
  { queue }: Pick<Services, 'queue'>,
): Promise<JobId | undefined> {
  return queue.findPending(server.tenantId, server.id, 'deploy')
}
