import type { WorkerLimits } from '../../../../src/model/worker-limits.ts'
import type { WorkerAddress } from '../api/worker-address.ts'
import { type OpenAccount } from '../open-account.ts'
import { publishedUrl } from '../published-url.ts'
import type { PlatformModules } from '../target-options.ts'

/** A dispatch namespace that holds the servers of many tenants. */
export interface Hosting {
  readonly namespace: string
  /** Of each call: the most that a server may be given, and what one has without a setting. */
  readonly limits: WorkerLimits
  /** The Workers around it, bundled. */
  readonly platform: (signal: AbortSignal) => Promise<PlatformModules>
}

export function dispatcherOf({ accountId }: Pick<WorkerAddress, 'accountId'>, namespace: string): WorkerAddress {
  return { accountId, name: `${namespace}-dispatcher` }
}

export function outboundOf({ accountId }: Pick<WorkerAddress, 'accountId'>, namespace: string): WorkerAddress {
  return { accountId, name: `${namespace}-outbound` }
}

/** In the account's list of KV namespaces. */
export function directoryTitle(namespace: string): string {
  return `${namespace}-tenants`
}

/** Where a server answers, without its `/mcp`: a domain of its own, or a part of the dispatcher's address. */
export async function hostedUrl(
  account: OpenAccount,
  namespace: string,
  domain: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (domain !== undefined) return `https://${domain}`
  const dispatcher = { ...account, worker: dispatcherOf(account.worker, namespace) }
  return `${await publishedUrl(dispatcher, undefined, signal)}/${account.worker.name}`
}
