import { defaults } from '../config/defaults.ts'
import { watchConnections } from '../pipeline/connections/watch-connections.ts'
import { eachDay } from '../pipeline/each-day.ts'
import { purgeArchives } from '../pipeline/purge-archives.ts'
import { purgeCache } from '../pipeline/purge-cache.ts'
import { keepLeases, restoreDeployments } from '../pipeline/restore-deployments.ts'
import type { Services } from '../pipeline/services.ts'
import type { OpenedLocalTarget } from './open-local-target.ts'

/**
 * Brings up what ran before, and begins what a daemon does without being asked: leases, jobs, calls that were put off,
 * what is cleared away each day. Disposed of, it ends; jobs that run have some time for it.
 */
export async function beginWork(
  services: Services,
  { target, schedule }: Pick<OpenedLocalTarget, 'target' | 'schedule'>,
): Promise<AsyncDisposable> {
  const { config, queue } = services
  await using work = new AsyncDisposableStack()
  await restoreDeployments(services, (request) => target.restore(request))
  work.defer(keepLeases(services))
  work.defer(watchConnections(services))
  work.defer(() => queue.stop(defaults.daemon.drainMs))
  work.defer(eachDay('archives', () => purgeArchives(services)))
  work.defer(eachDay('cache', () => purgeCache(config.cache, Date.now())))
  schedule.wake()
  // A job may have brought a server up whose calls are due.
  await queue.work(async (job, ...how) => {
    const { handleJob } = await import('../jobs/handle-job.ts')
    return handleJob(job, services, ...how).finally(schedule.wake)
  })
  return work.move()
}
