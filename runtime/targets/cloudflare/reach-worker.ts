import { connectDomain, disconnectDomain, listDomains, setCrons, setWorkersDev } from './api/reach.ts'
import { cronsOf } from './compose-config.ts'
import type { Publishing } from './publishing.ts'

type Reached = Pick<Publishing, 'api' | 'settings' | 'worker'>

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
  await setCrons(api, worker, cronsOf(request.build.files), signal)
  const { domain } = journal.state()
  if (domain !== undefined && domain !== settings.domain) await closeDomain({ api, worker }, domain, signal)
  if (settings.domain !== undefined) await setWorkersDev(api, worker, false, signal)
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
