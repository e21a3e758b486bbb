import type { CloudflareApi } from './cloudflare-api.ts'
import { isRefusal, PROBLEM } from './api-failure.ts'

export interface Account {
  readonly id: string
  readonly name: string
}

/** Those that the token reaches. */
export function listAccounts(api: CloudflareApi, signal: AbortSignal): Promise<readonly Account[]> {
  return api.send<readonly Account[]>({ path: '/accounts?per_page=50', action: 'list its accounts' }, signal)
}

/** `desk` of `desk.workers.dev`; undefined while the account has none. */
export async function findAccountSubdomain(
  api: CloudflareApi,
  accountId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const path = `/accounts/${accountId}/workers/subdomain`
    const found = await api.send<{ subdomain?: string } | null>(
      { path, action: "read the account's workers.dev subdomain" },
      signal,
    )
    return found?.subdomain ?? undefined
  } catch (error) {
    if (isRefusal(error, PROBLEM.noSubdomain)) return undefined
    throw error
  }
}
