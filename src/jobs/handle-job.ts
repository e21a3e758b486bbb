import { buildServer } from '../pipeline/build-server.ts'
import { checkBuild } from '../pipeline/check-build.ts'
import { deployBuild, startDeployment } from '../pipeline/deploy-build.ts'
import { stopDeployment } from '../pipeline/stop-deployment.ts'
import { cleanUpServer, removeServer } from '../pipeline/remove-server.ts'
import type { Services } from '../pipeline/services.ts'
import type { Job, JobProgress } from '../queue/queue.ts'
import { loadBuildById } from '../registry/build-store.ts'
import { requireServerById } from '../registry/server-store.ts'

/** Does one job. Each may run twice: what has been reached is stored, and doing it again changes nothing. */
export async function handleJob(
  job: Job,
  services: Services,
  signal: AbortSignal,
  report: (progress: JobProgress) => void,
): Promise<unknown> {
  // A deploy that was cancelled while it waited leaves its row plain.
  if (job.kind === 'deploy') return deployBuild(job, services, signal, report)
  if (job.kind === 'start') return startDeployment(job, services, signal, report)
  signal.throwIfAborted()
  switch (job.kind) {
    case 'build': {
      const server = await services.db.as(job.tenantId, (sql) => requireServerById(sql, job.tenantId, job.serverId))
      const { version, digest, checks } = await buildServer(server, services, job.tenantId, signal)
      return { version, digest, checks }
    }
    case 'check': {
      const { server, build } = await services.db.as(job.tenantId, async (sql) => ({
        server: await requireServerById(sql, job.tenantId, job.serverId),
        build: await loadBuildById(sql, job.tenantId, job.buildId),
      }))
      return build && checkBuild(build, server, services, signal)
    }
    case 'stop':
      return stopDeployment(job, services)
    case 'delete':
      return removeServer(job, services)
    case 'clean-up':
      return cleanUpServer(job, services)
  }
}
