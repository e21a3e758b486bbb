import type { Deployment } from '../../../src/model/deployment.ts'
import { type CloudflareApi, createCloudflareApi } from './api/cloudflare-api.ts'
import type { WorkerAddress } from './api/worker-address.ts'
import { chooseAccount } from './choose-account.ts'
import { readState } from './state.ts'
import type { CloudflareTargetOptions } from './target-options.ts'
import { workerName } from './worker-name.ts'
import type { CloudflareAccess } from './wrangler/wrangler.ts'

/** The account of one deployment, and its Worker's place in it. */
export interface OpenAccount {
  readonly api: CloudflareApi
  readonly access: CloudflareAccess
  readonly worker: WorkerAddress
}

/**
 * @param account  of the settings; absent where it is published already
 * @throws MetaError TARGET_ACCOUNT_UNCLEAR, TARGET_FORBIDDEN, TARGET_REFUSED, TARGET_UNREACHABLE
 */
export async function openAccount(
  options: Pick<CloudflareTargetOptions, 'accessOf' | 'answerMs' | 'clock' | 'fetch'>,
  deployment: Deployment,
  account: string | undefined,
  signal: AbortSignal,
): Promise<OpenAccount> {
  const { accountIds, ...access } = await options.accessOf(deployment)
  const { fetch, clock, answerMs: timeoutMs } = options
  const api = createCloudflareApi(access, { fetch, ...(clock && { clock }), ...(timeoutMs && { timeoutMs }) })
  const state = readState(deployment)
  const accountId = await chooseAccount(api, { account, published: state?.accountId, known: accountIds }, signal)
  const name = state?.worker ?? workerName(deployment.slug)
  return { api, access: { ...access, accountId }, worker: { accountId, name } }
}
