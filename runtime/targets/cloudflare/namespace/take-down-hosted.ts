import type { Deployment } from '../../../../src/model/deployment.ts'
import { deleteScript } from '../api/dispatch.ts'
import { database, namespace } from '../api/storage.ts'
import type { OpenAccount } from '../open-account.ts'
import { readState } from '../state.ts'
import { readEntry, writeEntry } from './directory.ts'
import { findDirectory } from './ensure-platform.ts'
import { closeHostedDomain } from './hosted-domain.ts'

/** Its name leads nowhere any more; scripts, secrets and storage stay. Safe to repeat. */
export async function switchHostedOff(
  account: OpenAccount,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const place = await findPlace(account, deployment, signal)
  if (place && (await readEntry(place, signal))) await writeEntry(place, {}, signal)
}

/** Takes its scripts away, with its name, its domain and the storage that was made for it. Safe to repeat. */
export async function takeHostedDown(account: OpenAccount, deployment: Deployment, signal: AbortSignal): Promise<void> {
  const { api, worker } = account
  const state = readState(deployment)
  if (!state?.hosted) return
  const { namespace: name, scripts, attempt } = state.hosted
  await switchHostedOff(account, deployment, signal)
  const place = await findPlace(account, deployment, signal)
  for (const domain of [state.domain, attempt?.domain]) {
    if (place && domain !== undefined) await closeHostedDomain(account, name, place, domain, signal)
  }
  const address = { accountId: worker.accountId, namespace: name }
  for (const script of [...scripts, ...(attempt ? [attempt] : [])])
    await deleteScript(api, address, script.name, signal)
  if (state.databaseId !== undefined) await database.remove(api, worker.accountId, state.databaseId, signal)
  if (state.namespaceId !== undefined) await namespace.remove(api, worker.accountId, state.namespaceId, signal)
}

/** Undefined while there is no directory. */
export async function findPlace(account: OpenAccount, deployment: Deployment, signal: AbortSignal) {
  const name = readState(deployment)?.hosted?.namespace
  const directory = name === undefined ? undefined : await findDirectory(account, name, signal)
  return directory && { api: account.api, directory, name: account.worker.name, deploymentId: deployment.id }
}
