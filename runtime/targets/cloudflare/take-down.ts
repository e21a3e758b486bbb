import type { Deployment } from '../../../src/model/deployment.ts'
import { deleteWorker } from './api/delete-worker.ts'
import { disconnectDomain, listDomains, setCrons, setWorkersDev } from './api/reach.ts'
import { database, namespace } from './api/storage.ts'
import { listVersions } from './api/versions.ts'
import type { OpenAccount } from './open-account.ts'
import { isOwn } from './refuse-foreign.ts'
import { readState } from './state.ts'

/** Nobody reaches it and nothing runs it any more; its versions, secrets and storage stay. Safe to repeat. */
export async function switchOff(account: OpenAccount, deployment: Deployment, signal: AbortSignal): Promise<void> {
  const { api, worker } = account
  if (!(await isThere(account, deployment, signal))) return
  await setWorkersDev(api, worker, false, signal)
  await disconnectAll(account, signal)
  await setCrons(api, worker, [], signal)
}

/** Takes the Worker away, with the D1 database and KV namespace that were made for it. Safe to repeat. */
export async function takeDown(account: OpenAccount, deployment: Deployment, signal: AbortSignal): Promise<void> {
  const { api, worker } = account
  if (await isThere(account, deployment, signal)) {
    await disconnectAll(account, signal)
    await deleteWorker(api, worker, signal)
  }
  const { databaseId, namespaceId } = readState(deployment) ?? {}
  if (databaseId !== undefined) await database.remove(api, worker.accountId, databaseId, signal)
  if (namespaceId !== undefined) await namespace.remove(api, worker.accountId, namespaceId, signal)
}

/** One of the same name that somebody else made is left alone. */
async function isThere({ api, worker }: OpenAccount, deployment: Deployment, signal: AbortSignal): Promise<boolean> {
  const versions = await listVersions(api, worker, signal)
  return versions !== undefined && isOwn(versions, deployment.id, readState(deployment))
}

async function disconnectAll({ api, worker }: OpenAccount, signal: AbortSignal): Promise<void> {
  for (const domain of await listDomains(api, worker, signal)) {
    await disconnectDomain(api, worker.accountId, domain, signal)
  }
}
