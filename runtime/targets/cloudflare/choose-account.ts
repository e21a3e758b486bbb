import { MetaError } from '../../../src/errors/meta-error.ts'
import { type Account, listAccounts } from './api/accounts.ts'
import type { CloudflareApi } from './api/cloudflare-api.ts'

export interface AccountChoice {
  /** Of `settings`. */
  readonly account: string | undefined
  /** Where the server is published already. */
  readonly published: string | undefined
  /** Those that whoever entered the token has named; absent: the token is asked. */
  readonly known?: readonly string[] | undefined
}

/**
 * The id of the account that a deploy goes to.
 * @throws MetaError TARGET_ACCOUNT_UNCLEAR that lists names and ids; TARGET_REFUSED when it is published in another
 */
export async function chooseAccount(api: CloudflareApi, choice: AccountChoice, signal: AbortSignal): Promise<string> {
  const { account, published, known } = choice
  if (published !== undefined) {
    if (account === undefined || account === published) return published
    throw new MetaError(
      'TARGET_REFUSED',
      `The server is published in account "${published}"; settings name "${account}".`,
      'Leave `account` out; a server moves to another account only when it is deleted and made anew.',
    )
  }
  if (account !== undefined) return account
  const accounts = known?.length ? known.map((id) => ({ id, name: id })) : await listAccounts(api, signal)
  const [only] = accounts
  if (only && accounts.length === 1) return only.id
  throw unclear(accounts)
}

function unclear(accounts: readonly Account[]): MetaError {
  if (accounts.length === 0) {
    return new MetaError(
      'TARGET_ACCOUNT_UNCLEAR',
      'The token reaches no account of Cloudflare.',
      'Make a token for an account with "Workers Scripts: Edit", or name its id as `account` in settings.',
    )
  }
  const listed = accounts.map(({ id, name }) => `"${name}" (${id})`).join(', ')
  return new MetaError(
    'TARGET_ACCOUNT_UNCLEAR',
    `The token reaches ${accounts.length} accounts: ${listed}.`,
    'Ask the person which one, then deploy again with settings {"account": "<its id>"}.',
  )
}
