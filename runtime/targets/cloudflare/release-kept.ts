import { MetaError } from '../../../src/errors/meta-error.ts'
import { setShares } from './api/versions.ts'
import { failAndGoBack } from './go-back.ts'
import type { Publishing, Served } from './publishing.ts'
import { isStopped, openReach, settleReach } from './reach-worker.ts'
import { awaitServing } from './await-serving.ts'
import { isOwn } from './refuse-foreign.ts'
import { isSameSplit, leader, noteShare, servingShares, sharesBefore, splitTraffic } from './split-traffic.ts'

/**
 * Gives the traffic back to a version that has served before and is the same in code, configuration and secrets.
 * @returns nothing `served` when there is none, or the platform refuses: `notes` says why it is uploaded anew
 */
export async function releaseKept(
  publishing: Publishing,
  signal: AbortSignal,
): Promise<{ readonly served?: Served; readonly notes: readonly string[] }> {
  const { journal, key, versions = [], shares, settings, request } = publishing
  const kept = journal.state().versions.find((each) => each.key === key && versions.some(({ id }) => id === each.id))
  // One that was cut off may have moved it for its trial.
  const before = sharesBefore(servingShares(shares, versions), journal.state().attempt)
  if (!kept || hasForeignLead(publishing)) return { notes: [] }
  const wanted = splitTraffic(kept.id, settings.traffic, before)
  const isThere = isSameSplit(wanted, shares) && shares.every(({ percent }) => percent > 0)
  const isClosed = isStopped(request)
  if (!isClosed) await openReach(publishing, signal)
  try {
    if (!isThere) {
      request.tell(`Giving ${settings.traffic} % of the requests to version ${request.build.version}.`)
      const message = `mcpwright: version ${request.build.version} again`
      await setShares(publishing.api, publishing.worker, wanted, { message }, signal)
    }
  } catch (error) {
    if (!(error instanceof MetaError) || error.code !== 'TARGET_REFUSED') {
      throw await failAndGoBack(publishing, { ...NO_ATTEMPT, before, isOpen: true }, error, signal)
    }
    return { notes: [`Version ${request.build.version} was uploaded anew: ${error.message}`] }
  }
  try {
    // Only now: what had the traffic when the server was stopped stays closed.
    if (isClosed) await openReach(publishing, signal)
    await awaitServing(publishing, kept.id, wanted, signal)
    await settleReach(publishing, signal)
  } catch (error) {
    throw await failAndGoBack(publishing, { ...NO_ATTEMPT, before, isOpen: true }, error, signal)
  }
  return { served: { versionId: kept.id, shares: wanted, notes: noteShare(kept.id, wanted) }, notes: [] }
}

/** What somebody else has changed in the dashboard is in a version of theirs: only an upload goes on from it. */
function hasForeignLead({ journal, request, shares, versions = [] }: Publishing): boolean {
  const leading = versions.find(({ id }) => id === leader(shares))
  return leading !== undefined && !isOwn([leading], request.deployment.id, journal.state())
}

/** Nothing was uploaded. */
const NO_ATTEMPT = { isFirst: false, keeps: [] }
