import type { AuthInfo } from '@modelcontextprotocol/server'
import { bearerRefused, bearerToken } from '../server/bearer-guard.ts'
import { isSameDigest, sha256Hex } from '../server/digest.ts'
import type { WorkerBindings } from './bindings.ts'
import { NotConfigured } from './not-configured.ts'

/** Who calls, as far as it is known. */
export interface Caller {
  /** Tells callers apart; says nothing of their credentials. */
  readonly key: string
  readonly authInfo?: AuthInfo
}

export interface CallerGuard {
  /** Gives the caller, or the refusal. */
  identify(request: Request): Promise<Caller | Response>
  /** The refusal of a tool that this caller may not call; absent where who may call at all may call every tool. */
  refuseTools?(names: readonly string[], caller: Caller, request: Request): Response | undefined
  /** What it answers besides, at addresses of its own: pages and endpoints of a login. */
  answer?(request: Request): Promise<Response | undefined>
}

/**
 * The protection that the settings ask for.
 * @param server  its name, for people
 * @param network  fetch without limits, for issuers
 * @throws NotConfigured naming the setting
 */
export async function callerGuard(env: WorkerBindings, server: string, network: typeof fetch): Promise<CallerGuard> {
  const { MCP_PROTECTION: protection = 'api-key' } = env
  switch (protection) {
    case 'none':
      return { identify: async (request) => ({ key: addressOf(request) }) }
    case 'api-key':
      return keyGuard(await keyHashes(env))
    case 'oauth': {
      // It brings jose along: a chunk of its own, which other servers never load.
      const { oauthGuard } = await import('./oauth/oauth-guard.ts')
      return oauthGuard(env, network)
    }
    case 'login': {
      // Pages of others at the same origin could log in for a person, with the person's own cookies.
      if (env.MCP_MOUNT) throw new NotConfigured('Logins need an origin of their own; MCP_MOUNT says it is shared.')
      const { loginGuard } = await import('./login/login-guard.ts')
      return loginGuard(env, server, network)
    }
    default:
      throw new NotConfigured(`MCP_PROTECTION is "${String(protection)}"; expected api-key, none, oauth or login.`)
  }
}

/** Cloudflare sets this header, and takes away what a client sends under its name. */
export function addressOf(request: Request): string {
  return `address:${request.headers.get('cf-connecting-ip') ?? 'unknown'}`
}

async function keyHashes({ MCP_KEY_HASHES, MCP_TOKEN }: WorkerBindings): Promise<readonly string[]> {
  const hashes = (MCP_KEY_HASHES ?? '').split(',').flatMap((hash) => hash.trim().toLowerCase() || [])
  if (MCP_TOKEN) hashes.push(await sha256Hex(MCP_TOKEN))
  if (hashes.length === 0) {
    throw new NotConfigured(
      'This server is closed until it has an API key. Set the secret MCP_TOKEN: npx wrangler secret put MCP_TOKEN',
    )
  }
  if (hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) return hashes
  throw new NotConfigured('MCP_KEY_HASHES holds what is no SHA-256 in hex; expected one or two, with a comma between.')
}

function keyGuard(hashes: readonly string[]): CallerGuard {
  return {
    async identify(request) {
      const token = bearerToken(request)
      if (token === undefined) return bearerRefused()
      const given = await sha256Hex(token)
      // All are looked at, so that the time does not tell which of them holds.
      if (hashes.filter((hash) => isSameDigest(given, hash)).length === 0) return bearerRefused(token)
      const key = `key:${given.slice(0, 16)}`
      return { key, authInfo: { token, clientId: key, scopes: [] } }
    },
  }
}
