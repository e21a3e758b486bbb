import type { Deployment } from '../../../src/model/deployment.ts'
import type { TargetStatus, TargetVersion } from '../../../src/model/deployment-target.ts'
import { isOnWorkersDev, listDomains } from './api/reach.ts'
import { listVersions, readShares } from './api/versions.ts'
import { isTrialTag } from './attempt.ts'
import type { OpenAccount } from './open-account.ts'
import { isOwn } from './refuse-foreign.ts'
import { servingShares } from './split-traffic.ts'
import { readState } from './state.ts'

/** As the platform has it: a Worker without an address, or without a version that serves, is not up. */
export async function statusOf(
  { api, worker }: OpenAccount,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<TargetStatus> {
  const versions = await listVersions(api, worker, signal)
  if (versions === undefined)
    return { state: 'missing', message: `Cloudflare has no Worker "${worker.name}" any more.` }
  const state = readState(deployment)
  if (!isOwn(versions, deployment.id, state)) {
    return { state: 'stopped', message: `The Worker "${worker.name}" is somebody else's.` }
  }
  const [shares, onWorkersDev, domains] = await Promise.all([
    readShares(api, worker, signal),
    isOnWorkersDev(api, worker, signal),
    listDomains(api, worker, signal),
  ])
  const serving = servingShares(shares, versions)
  if (serving.length === 0) return { state: 'failed', message: 'It is closed: a deploy of it did not end.' }
  if (!onWorkersDev && domains.length === 0) return { state: 'stopped', message: 'It has no address.' }
  const split = serving.map(({ versionId, percent }) => {
    const known = state?.versions.find(({ id }) => id === versionId)?.version
    return `${percent} % ${known === undefined ? versionId : `version ${known}`}`
  })
  return { state: 'running', ...(split.length > 1 && { message: `Traffic: ${split.join(', ')}.` }) }
}

/** Newest first; trials are left out. */
export async function publishedVersions(
  { api, worker }: OpenAccount,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<readonly TargetVersion[]> {
  const versions = await listVersions(api, worker, signal)
  if (versions === undefined || !isOwn(versions, deployment.id, readState(deployment))) return []
  const shares = await readShares(api, worker, signal)
  const known = readState(deployment)?.versions ?? []
  return versions
    .filter(({ tag }) => !isTrialTag(tag))
    .map(({ id, createdAt }) => {
      const version = known.find((each) => each.id === id)?.version
      const share = shares.find(({ versionId }) => versionId === id)?.percent ?? 0
      return { id, at: createdAt, share, ...(version !== undefined && { version }) }
    })
}
