import { connectDomain, disconnectDomain, listDomains, setCrons, setWorkersDev } from './api/reach.ts'
import { cronsOf } from './compose-config.ts'
import type { Publishing } from './publishing.ts'

interface Reached extends Pick<Publishing, 'api' | 'worker'> {
  readonly settings: Pick<Publishing['settings'], 'domain'>
}

/** Switches on the address that is wanted; one that it had keeps leading there. Safe to repeat. */
export async function openReach({ api, worker, settings }: Reached, signal: AbortSignal): Promise<void> {
  if (settings.domain === undefined) await setWorkersDev(api, worker, true, signal)
  else await connectDomain(api, worker, settings.domain, signal)
}

/** Once the new version serves: it runs when it should, and is reached at no other address of ours. */
export async function settleReach(
  { api, worker, settings, request, journal }: Reached & Pick<Publishing, 'journal' | 'request'>,
  signal: AbortSignal,
): Promise<void> {
  const { domain } = journal.state()
  if (settings.domain !== undefined) await setWorkersDev(api, worker, false, signal)
  if (domain !== undefined && domain !== settings.domain) await closeDomain({ api, worker }, domain, signal)
  // Last: a deploy that fails before leaves those of what runs.
  await setCrons(api, worker, cronsOf(request.build.files), signal)
}

/** After a deploy that failed: it is reached where it was before, and one that was stopped nowhere. */
export async function restoreReach(
  { api, worker, settings, request, journal }: Reached & Pick<Publishing, 'journal' | 'request'>,
  signal: AbortSignal,
): Promise<void> {
  const { domain } = journal.state()
  if (settings.domain !== undefined && settings.domain !== domain) {
    await closeDomain({ api, worker }, settings.domain, signal)
  }
  if (isStopped(request)) {
    if (domain !== undefined) await closeDomain({ api, worker }, domain, signal)
    await setWorkersDev(api, worker, false, signal)
    await setCrons(api, worker, [], signal)
    return
  }
  await openReach({ api, worker, settings: domain === undefined ? {} : { domain } }, signal)
  if (domain !== undefined) await setWorkersDev(api, worker, false, signal)
}

/** A person stopped it, and nothing has come up since. */
export function isStopped({ deployment }: Pick<Publishing['request'], 'deployment'>): boolean {
  return deployment.stoppedAt !== null
}

export async function closeDomain(
  { api, worker }: Pick<Publishing, 'api' | 'worker'>,
  hostname: string,
  signal: AbortSignal,
): Promise<void> {
  const domains = await listDomains(api, worker, signal)
  const found = domains.find((domain) => domain.hostname === hostname)
  if (found) await disconnectDomain(api, worker.accountId, found, signal)
}
