import { readLogin } from '../../../runtime/targets/cloudflare/wrangler/read-login.ts'
import { findWrangler } from '../../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import { cacheFolder } from '../../config/cache-folders.ts'
import type { Config } from '../../config/load-config.ts'
import { scratchFolder } from '../../config/scratch.ts'
import type { EnvApproval } from '../../registry/env-approval-store.ts'
import { TARGET_TOKENS } from '../../model/target-token.ts'
import { wranglerNetwork } from './wrangler-network.ts'

/** Under this name a person's leave to use their own login of wrangler is kept, where it is shown and taken back. */
const LOGIN = 'login of wrangler'

export function loginApproval(serverId: EnvApproval['serverId']): EnvApproval {
  return { serverId, name: LOGIN, host: TARGET_TOKENS.cloudflare?.place ?? '' }
}

export function isLoginApproval({ name, host }: EnvApproval): boolean {
  return name === LOGIN && host === TARGET_TOKENS.cloudflare?.place
}

/** wrangler takes a second to say it, and its tokens hold for an hour. */
const KEPT_MS = 5 * 60_000
const kept = new Map<string, { readonly token: string; readonly until: number }>()

/** The token of the person's `wrangler login`. @throws MetaError SECRET_MISSING, TARGET_TOOL_MISSING */
export async function readWranglerLogin(config: Config, signal: AbortSignal, now = Date.now()): Promise<string> {
  const { npm, places } = config.cloudflare
  const known = kept.get(npm.home)
  if (known && known.until > now) return known.token
  const network = wranglerNetwork(config)
  const wranglers = cacheFolder(config.cache, 'wrangler')
  const program = await findWrangler({ wranglers, registry: { ...npm, network } }, signal)
  const token = await readLogin({ program, scratch: scratchFolder(config.home), places, network }, signal)
  kept.set(npm.home, { token, until: now + KEPT_MS })
  return token
}
