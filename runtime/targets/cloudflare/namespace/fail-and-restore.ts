import { MetaError } from '../../../../src/errors/meta-error.ts'
import { deleteScript } from '../api/dispatch.ts'
import { database, namespace } from '../api/storage.ts'
import { asSentence } from '../as-sentence.ts'
import { codeOf, isCancelled } from '../go-back.ts'
import { writeEntry } from './directory.ts'
import { closeHostedDomain } from './hosted-domain.ts'
import type { HostedAttempt } from './hosted-state.ts'
import { type HostedPublishing, hostedState } from './hosted-publishing.ts'

/** For putting things back, which whoever gave up no longer waits for. */
const RESTORE_MS = 60_000

/**
 * Leads the server's name where it led before a deploy that failed, and takes away what that made.
 * @param isNew  its script was made by it
 * @returns what to throw: the failure, with what is left. Where the daemon itself ends nothing is changed
 */
export async function failAndRestore(
  publishing: HostedPublishing,
  attempt: HostedAttempt,
  error: unknown,
  isNew: boolean,
  signal: AbortSignal,
): Promise<unknown> {
  if (signal.aborted && !isCancelled(signal.reason)) return signal.reason
  const told = await restore(publishing, attempt, isNew, AbortSignal.timeout(RESTORE_MS))
  if (signal.aborted) return signal.reason
  if (!(error instanceof MetaError)) return error
  return new MetaError(codeOf(error), `${asSentence(error.message)} ${told}`, error.fix, {
    cause: error,
    ...(error.next && { next: error.next }),
  })
}

async function restore(
  publishing: HostedPublishing,
  attempt: HostedAttempt,
  isNew: boolean,
  signal: AbortSignal,
): Promise<string> {
  try {
    await writeEntry(publishing.place, { serving: attempt.before }, signal)
  } catch (error) {
    return `What ran before could not be put back: ${wordsOf(error)} A repeated deploy goes on from here.`
  }
  const runs = attempt.before ? 'What ran before runs on.' : 'It is stopped, as it was.'
  try {
    const isFirst = await clearAway(publishing, attempt, isNew, signal)
    return isFirst ? 'Nothing of it is left at Cloudflare.' : runs
  } catch (error) {
    return `${runs} What the deploy made could not be taken away: ${wordsOf(error)} The next deploy does that.`
  }
}

function wordsOf(error: unknown): string {
  return asSentence(error instanceof Error ? error.message : String(error))
}

/** @returns whether nothing of the server had ever served */
async function clearAway(
  publishing: HostedPublishing,
  attempt: HostedAttempt,
  isNew: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { api, address, place, journal, settings, request } = publishing
  if (settings.domain !== undefined && settings.domain !== journal.state().domain) {
    await closeHostedDomain(publishing, address.namespace, place, settings.domain, signal)
  }
  if (isNew) await deleteScript(api, address, attempt.name, signal)
  const { attempt: _failed, ...hosted } = hostedState(publishing)
  const isFirst = attempt.before === undefined && hosted.scripts.length === 0
  const gone = isFirst ? await takeStorage(publishing, attempt, signal) : {}
  await request.keep({ ...journal.state(), hosted, ...gone })
  return isFirst
}

/** Nothing of the server has ever served: the storage that was made for it goes too. */
async function takeStorage({ api, journal }: HostedPublishing, { keeps }: HostedAttempt, signal: AbortSignal) {
  const { accountId, databaseId, namespaceId } = journal.state()
  const takesDatabase = databaseId !== undefined && !keeps.includes(databaseId)
  const takesNamespace = namespaceId !== undefined && !keeps.includes(namespaceId)
  if (takesDatabase) await database.remove(api, accountId, databaseId, signal)
  if (takesNamespace) await namespace.remove(api, accountId, namespaceId, signal)
  return {
    ...(takesDatabase && { databaseId: undefined }),
    ...(takesNamespace && { namespaceId: undefined }),
  }
}
