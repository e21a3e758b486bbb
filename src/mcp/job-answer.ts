import type { Principal } from '../model/principal.ts'
import type { DeployOutcome } from '../pipeline/deploy-build.ts'
import type { Services } from '../pipeline/services.ts'
import type { Job } from '../queue/queue.ts'
import { findDeploymentById } from '../registry/deployment-store.ts'
import { requireServerById } from '../registry/server-store.ts'
import { describeDeleted } from '../tools/delete-server.ts'
import { describeDeployed } from '../tools/deploy.ts'
import type { MetaAnswer } from '../tools/meta-tool.ts'
import { describeStarted } from '../tools/start-server.ts'
import { describeStopped } from '../tools/stop-server.ts'

/**
 * What its call would have been answered if it had waited for the job. It is made from what is stored, so another
 * daemon than the one that took the call can give it.
 * @param output  of the job: see handle-job.ts
 */
export async function answerOfJob(
  job: Job,
  output: unknown,
  call: { readonly services: Services; readonly principal: Principal },
): Promise<MetaAnswer> {
  const { tenantId, serverId, kind } = job
  const { name } = await call.services.db.as(tenantId, (sql) => requireServerById(sql, tenantId, serverId))
  switch (kind) {
    case 'deploy':
      return describeDeployed(name, output as DeployOutcome, call)
    case 'start':
      return describeStarted(name, output as DeployOutcome)
    case 'stop':
      return describeStopped(name, 'stopped', await targetOf(job, call.services))
    case 'delete':
      return describeDeleted(name, 'archived')
    case 'build':
    case 'check':
    case 'clean-up':
      return { text: `The ${kind} of "${name}" is done.`, structured: { server: name, done: kind } }
  }
}

async function targetOf({ tenantId, deploymentId }: Extract<Job, { kind: 'stop' }>, { db }: Services) {
  return (await db.as(tenantId, (sql) => findDeploymentById(sql, tenantId, deploymentId)))?.target
}
