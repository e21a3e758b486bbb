import { MetaError } from '../../../../src/errors/meta-error.ts'
import { type Account, listAccounts } from './accounts.ts'
import { ApiRefusal } from './api-failure.ts'
import type { CloudflareApi } from './cloudflare-api.ts'
import { lackingRights } from './token-rights.ts'

/** What is known of a token once Cloudflare was asked. */
export type TokenTrial =
  | {
      readonly kind: 'works'
      readonly accounts: readonly Account[]
      /** Rights that it has not, each with what it is for; undefined: with several accounts that was not asked. */
      readonly lacks?: readonly string[]
    }
  /** Cloudflare does not take it. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Cloudflare could not be asked. */
  | { readonly kind: 'untried'; readonly reason: string }

/**
 * Shows a token to Cloudflare, and reads with it what deploys need. Nothing is changed there, and nothing asked twice
 * unless `api` does that.
 * @param known  account that deploys go to; undefined: those that the token reaches
 */
export async function tryToken(
  api: CloudflareApi,
  known: string | undefined,
  signal: AbortSignal,
): Promise<TokenTrial> {
  try {
    const ofUser = await verify(api, '/user/tokens/verify', signal)
    if (ofUser.status !== undefined && ofUser.status !== 'active')
      return { kind: 'refused', reason: isNot(ofUser.status) }
    const accounts = known === undefined ? await reachedAccounts(api, signal) : [{ id: known, name: known }]
    const [account] = accounts
    // One that an account owns is known to its account alone.
    if (ofUser.status === undefined) {
      const ofAccount = account ? await verify(api, `/accounts/${account.id}/tokens/verify`, signal) : ofUser
      const { status, words } = ofAccount
      if (status !== 'active') return { kind: 'refused', reason: status === undefined ? words : isNot(status) }
    }
    if (!account || accounts.length > 1) return { kind: 'works', accounts }
    return { kind: 'works', accounts, lacks: await lackingRights(api, account.id, signal) }
  } catch (error) {
    if (error instanceof ApiRefusal && error.code !== 'TARGET_UNREACHABLE') {
      return { kind: 'refused', reason: error.message }
    }
    if (error instanceof MetaError) return { kind: 'untried', reason: error.message }
    if (signal.aborted) return { kind: 'untried', reason: 'Cloudflare did not answer in time.' }
    throw error
  }
}

/** None for a token without "Account Settings: Read". */
async function reachedAccounts(api: CloudflareApi, signal: AbortSignal): Promise<readonly Account[]> {
  try {
    return await listAccounts(api, signal)
  } catch (error) {
    if (error instanceof ApiRefusal && error.code === 'TARGET_FORBIDDEN') return []
    throw error
  }
}

interface Verified {
  /** Undefined: it is not known there. */
  readonly status?: 'active' | 'disabled' | 'expired'
  /** Of Cloudflare, when it is not. */
  readonly words: string
}

/**
 * https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/, and the same of accounts.
 * @throws MetaError TARGET_UNREACHABLE
 */
async function verify(api: CloudflareApi, path: string, signal: AbortSignal): Promise<Verified> {
  try {
    const { status = 'active' } = await api.send<Partial<Verified>>({ path, action: 'log in' }, signal)
    return { status, words: '' }
  } catch (error) {
    if (error instanceof ApiRefusal && error.code !== 'TARGET_UNREACHABLE') return { words: error.message }
    throw error
  }
}

function isNot(status: 'disabled' | 'expired' | 'active'): string {
  return `Cloudflare says that the token is ${status}.`
}
