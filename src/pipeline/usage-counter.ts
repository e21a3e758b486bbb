import type { Db } from '../db/db.ts'
import type { DeploymentId } from '../model/ids.ts'
import { countRequests } from '../registry/usage-store.ts'

export interface UsageCounter {
  count(deploymentId: DeploymentId): void
  /** Writes what has been counted. */
  close(): Promise<void>
}

const FLUSH_MS = 5_000

/** Counts requests in memory and writes them now and then: a request never waits for the database. */
export function createUsageCounter(db: Db): UsageCounter {
  const counts = new Map<DeploymentId, { requests: number; lastRequestAt: Date }>()

  async function flush(): Promise<void> {
    if (counts.size === 0) return
    const taken = Array.from(counts, ([deploymentId, count]) => ({ deploymentId, ...count }))
    counts.clear()
    await db.asSystem((sql) => countRequests(sql, taken))
  }

  const timer = setInterval(() => {
    // Counts that could not be written are lost; the requests themselves went well.
    flush().catch((error: unknown) => console.error('usage:', error))
  }, FLUSH_MS)
  timer.unref()

  return {
    count(deploymentId) {
      counts.set(deploymentId, { requests: (counts.get(deploymentId)?.requests ?? 0) + 1, lastRequestAt: new Date() })
    },
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}
