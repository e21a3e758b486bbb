import { setTimeout } from 'node:timers/promises'
import { renderError } from '../../errors/render.ts'
import type { Deployment, Sighting } from '../../model/deployment.ts'
import type { DeploymentId } from '../../model/ids.ts'
import { findServerById } from '../../registry/server-store.ts'
import { noteSighting } from '../../registry/sighting-store.ts'
import { setStatusUnlessUp } from '../deployment-subject.ts'
import type { Services } from '../services.ts'

/** Who reads is shown what was seen last; a place is asked for it in the background, and by who works there anyway. */
export interface Sightings {
  /** Has a place asked what was last asked more than a minute ago. Waits for nothing. */
  refresh(deployments: readonly Deployment[]): void
  /**
   * Asks now, unless that was done a moment ago, and waits some seconds for the answer. What a place has no more is noted
   * as failed.
   * @returns what is the matter with a deployment that is there no more; undefined: it is, or nobody knows
   */
  look(deployment: Deployment): Promise<string | undefined>
  /** What is still asked is not noted any more. */
  close(): void
}

const OLD_MS = 60_000
const MOMENT_MS = 10_000
const PATIENCE_MS = 5_000

interface Look {
  readonly atMs: number
  /** Of the deployment that was looked for: a later deploy is looked for anew. */
  readonly startedMs: number | undefined
  readonly found: Promise<string | undefined>
}

export function createSightings(
  { db, targets }: Pick<Services, 'db' | 'targets'>,
  now: () => number = Date.now,
): Sightings {
  const looks = new Map<DeploymentId, Look>()
  let isClosed = false

  function lookUnlessSince(deployment: Deployment, sinceMs: number): Look {
    const last = looks.get(deployment.id)
    const startedMs = deployment.startedAt?.getTime()
    if (last && last.startedMs === startedMs && last.atMs > sinceMs) return last
    const look = { atMs: now(), startedMs, found: lookAt(deployment) }
    looks.set(deployment.id, look)
    return look
  }

  async function lookAt(deployment: Deployment): Promise<string | undefined> {
    try {
      const { state, message } = await targets[deployment.target].status(deployment)
      if (isClosed) return undefined
      const seen = { at: new Date(now()).toISOString(), state, ...(message !== undefined && { message }) }
      return await note(deployment, seen)
    } catch (error) {
      // The last sighting stands, with its time. What the place says to who asks it for something tells why.
      if (renderError(error).code === 'INTERNAL') console.error('A look at what is deployed met a bug:', error)
      return undefined
    }
  }

  /** @returns what is the matter where it is gone */
  function note(deployment: Deployment, seen: Sighting): Promise<string | undefined> {
    const failure = seen.state === 'missing' ? `${seen.message ?? 'It is gone.'} deploy makes it anew.` : undefined
    const { tenantId, serverId } = deployment
    return db.as(tenantId, async (sql) => {
      const isNoted = await noteSighting(sql, deployment, seen, failure ?? null)
      if (failure === undefined || !isNoted) return failure
      const server = await findServerById(sql, tenantId, serverId)
      if (server) await setStatusUnlessUp(sql, server, 'failed')
      return failure
    })
  }

  return {
    refresh(deployments) {
      for (const deployment of deployments.filter(isUpElsewhere)) {
        const seenMs = deployment.seen ? Date.parse(deployment.seen.at) : -Infinity
        if (seenMs <= now() - OLD_MS) void lookUnlessSince(deployment, now() - OLD_MS)
      }
    },
    async look(deployment) {
      if (!isUpElsewhere(deployment)) return undefined
      const { found } = lookUnlessSince(deployment, now() - MOMENT_MS)
      return Promise.race([found, setTimeout(PATIENCE_MS, undefined, { ref: false })])
    },
    close() {
      isClosed = true
    },
  }
}

/** What is down here or there is as it was left. */
function isUpElsewhere({ target, status }: Deployment): boolean {
  return target !== 'local' && status === 'running'
}
