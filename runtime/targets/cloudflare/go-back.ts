import { MetaError } from '../../../src/errors/meta-error.ts'
import { isRefusal, PROBLEM } from './api/api-failure.ts'
import { deleteWorker } from './api/delete-worker.ts'
import { database, namespace } from './api/storage.ts'
import { setShares } from './api/versions.ts'
import { asSentence } from './as-sentence.ts'
import type { Attempt } from './attempt.ts'
import type { Publishing } from './publishing.ts'
import { closeDomain, isStopped, restoreReach } from './reach-worker.ts'
import { withoutAttempt } from './state.ts'

/** For going back, which whoever gave up no longer waits for. */
const GO_BACK_MS = 60_000

/** A deploy as it failed. */
export interface FailedAttempt extends Pick<Attempt, 'before' | 'isFirst' | 'keeps'> {
  /** Callers may have reached the new version. */
  readonly isOpen: boolean
}

/**
 * Puts things back as they were before a deploy that failed.
 * @returns what to throw: the failure, with what is left at the platform. Where the daemon itself ends nothing is
 * changed, and its reason returned: a repeated deploy goes on
 */
export async function failAndGoBack(
  publishing: Publishing,
  attempt: FailedAttempt,
  error: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (signal.aborted && !isCancelled(signal.reason)) return signal.reason
  const limit = AbortSignal.timeout(GO_BACK_MS)
  const told = attempt.isFirst ? await takeAway(publishing, attempt, limit) : await giveBack(publishing, attempt, limit)
  if (signal.aborted) return signal.reason
  if (!(error instanceof MetaError)) return error
  return new MetaError(codeOf(error), `${asSentence(error.message)} ${told}`, error.fix, {
    cause: error,
    ...(error.next && { next: error.next }),
  })
}

/** Nothing of it has ever served. */
async function takeAway(
  publishing: Publishing,
  { keeps, isOpen }: FailedAttempt,
  signal: AbortSignal,
): Promise<string> {
  const { api, worker, journal, settings, request } = publishing
  const { accountId, databaseId, namespaceId } = journal.state()
  const kept = {
    ...(databaseId !== undefined && keeps.includes(databaseId) && { databaseId }),
    ...(namespaceId !== undefined && keeps.includes(namespaceId) && { namespaceId }),
  }
  try {
    if (settings.domain !== undefined) await closeDomain(publishing, settings.domain, signal)
    await deleteWorker(api, worker, signal)
    if (databaseId !== undefined && !kept.databaseId) await database.remove(api, accountId, databaseId, signal)
    if (namespaceId !== undefined && !kept.namespaceId) await namespace.remove(api, accountId, namespaceId, signal)
    await request.keep({ accountId, worker: worker.name, versions: [], bindings: [], ...kept })
    return 'Nothing of it is left at Cloudflare.'
  } catch {
    const state = isOpen ? 'it may answer callers' : 'it is closed to everybody'
    return `The Worker "${worker.name}" could not be deleted again; where it is there, ${state}. A repeated deploy goes on with it.`
  }
}

async function giveBack(publishing: Publishing, { before }: FailedAttempt, signal: AbortSignal): Promise<string> {
  const { api, worker, journal, request } = publishing
  const state = withoutAttempt(journal.state())
  try {
    await restoreReach(publishing, signal)
    const message = 'mcpwright: back to what ran before'
    if (before.length > 0) await setShares(api, worker, before, { message, force: true }, signal)
    await request.keep({ ...state })
    return isStopped(request) ? 'It is stopped, as it was.' : 'The traffic is where it was before.'
  } catch (error) {
    const reason = asSentence(error instanceof Error ? error.message : String(error))
    return `The traffic could not be given back to what ran before: ${reason} The Worker "${worker.name}" is as the failed deploy left it.`
  }
}

export function codeOf(error: MetaError): MetaError['code'] {
  // The platform starts each upload once: a Worker that throws then is the build's own failure.
  return isRefusal(error, PROBLEM.startup) ? 'DEPLOYMENT_FAILED' : error.code
}

export function isCancelled(reason: unknown): boolean {
  return reason instanceof MetaError && reason.code === 'CANCELLED'
}
