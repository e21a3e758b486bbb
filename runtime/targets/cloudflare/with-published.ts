import type { Deployment } from '../../../src/model/deployment.ts'
import { type OpenAccount, openAccount } from './open-account.ts'
import { readState } from './state.ts'
import type { CloudflareTargetOptions } from './target-options.ts'

/** For what nobody gives a signal: retries are in it. */
export const CALL_MS = 120_000

/** Runs something within the account of a deployment. */
export type WithPublished = <Result>(
  deployment: Deployment,
  otherwise: Result,
  run: (account: OpenAccount, signal: AbortSignal) => Promise<Result>,
) => Promise<Result>

/** What was never published has nothing at the platform, and Cloudflare is not asked: the answer is `otherwise`. */
export function withPublished(options: CloudflareTargetOptions): WithPublished {
  return async (deployment, otherwise, run) => {
    if (!readState(deployment)) return otherwise
    const signal = AbortSignal.timeout(CALL_MS)
    return run(await openAccount(options, deployment, undefined, signal), signal)
  }
}
