import { MetaError } from '../../../src/errors/meta-error.ts'
import { findAccountSubdomain } from './api/accounts.ts'
import type { OpenAccount } from './open-account.ts'

/**
 * Where a Worker answers, without a path: its domain, or its address on workers.dev.
 * @throws MetaError TARGET_REFUSED while the account has no workers.dev subdomain
 */
export async function publishedUrl(
  { api, worker }: OpenAccount,
  domain: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (domain !== undefined) return `https://${domain}`
  const subdomain = await findAccountSubdomain(api, worker.accountId, signal)
  if (subdomain !== undefined) return `https://${worker.name}.${subdomain}.workers.dev`
  throw new MetaError(
    'TARGET_REFUSED',
    'The Cloudflare account has no workers.dev subdomain yet.',
    `Register one at https://dash.cloudflare.com/${worker.accountId}/workers/onboarding, or deploy with a \`domain\` in settings.`,
  )
}
