import { connectDomain, disconnectDomain, listDomains } from '../api/reach.ts'
import type { OpenAccount } from '../open-account.ts'
import { type DirectoryPlace, isOwnHost, deleteHost, writeHost } from './directory.ts'
import { dispatcherOf } from './hosting.ts'

type Reached = Pick<OpenAccount, 'api' | 'worker'>

/**
 * Lets a host lead to the dispatcher, and there to this server. Safe to repeat.
 * @throws MetaError TARGET_REFUSED when it is another server's, another Worker's, or in no zone of the account
 */
export async function openHostedDomain(
  { api, worker }: Reached,
  namespace: string,
  place: DirectoryPlace,
  hostname: string,
  signal: AbortSignal,
): Promise<void> {
  await writeHost(place, hostname, signal)
  await connectDomain(api, dispatcherOf(worker, namespace), hostname, signal)
}

/** One that is another server's stays with it. Safe to repeat. */
export async function closeHostedDomain(
  { api, worker }: Reached,
  namespace: string,
  place: DirectoryPlace,
  hostname: string,
  signal: AbortSignal,
): Promise<void> {
  if (!(await isOwnHost(place, hostname, signal))) return
  const domains = await listDomains(api, dispatcherOf(worker, namespace), signal)
  const found = domains.find((domain) => domain.hostname === hostname)
  if (found) await disconnectDomain(api, worker.accountId, found, signal)
  // Last: it says whose the host is until that is done.
  await deleteHost(place, hostname, signal)
}
