import type { Deployment } from '../../../../src/model/deployment.ts'
import type { TargetStatus, TargetVersion } from '../../../../src/model/deployment-target.ts'
import { hasScript } from '../api/dispatch.ts'
import type { OpenAccount } from '../open-account.ts'
import { readState } from '../state.ts'
import { readEntry } from './directory.ts'
import { findPlace } from './take-down-hosted.ts'

/** As the platform has it: its name must lead to a script that is there. */
export async function hostedStatus(
  account: OpenAccount,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<TargetStatus> {
  const serving = await findServing(account, deployment, signal)
  if (serving === undefined) return { state: 'stopped', message: 'Its name leads nowhere in the namespace.' }
  const namespace = readState(deployment)?.hosted?.namespace ?? ''
  const address = { accountId: account.worker.accountId, namespace }
  if (await hasScript(account.api, address, serving, signal)) return { state: 'running' }
  return { state: 'missing', message: `The namespace "${namespace}" no longer has its script "${serving}".` }
}

/** Newest first: those whose scripts are there. The platform keeps no others, and splits no traffic there. */
export async function hostedVersions(
  account: OpenAccount,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<readonly TargetVersion[]> {
  const serving = await findServing(account, deployment, signal)
  const scripts = readState(deployment)?.hosted?.scripts ?? []
  return scripts.map(({ name, version, at }) => ({
    id: name,
    version,
    at: new Date(at),
    share: name === serving ? 100 : 0,
  }))
}

async function findServing(account: OpenAccount, deployment: Deployment, signal: AbortSignal) {
  const place = await findPlace(account, deployment, signal)
  return place && (await readEntry(place, signal))?.serving?.script
}
