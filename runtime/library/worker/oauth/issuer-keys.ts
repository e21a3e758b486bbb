import type { JSONWebKeySet } from 'jose'
import type { Clock } from '../../clock.ts'
import { readBody } from '../../read-body.ts'
import { isIssuerOf, isSafeTokenUrl } from '../../token-server.ts'
import type { KvNamespace } from '../platform.ts'

/** What an issuer says of itself. */
export interface IssuerKeys {
  /** As tokens have it in `iss`. */
  readonly issuer: string
  readonly jwks: JSONWebKeySet
  readonly metadata: IssuerMetadata
  /** Milliseconds since 1970, UTC. */
  readonly readAtMs: number
}

/** What a client of its needs, as it was sent: OpenID Connect Discovery 1.0, section 3. */
export interface IssuerMetadata {
  readonly authorization_endpoint?: unknown
  readonly token_endpoint?: unknown
  readonly token_endpoint_auth_methods_supported?: unknown
  readonly userinfo_endpoint?: unknown
}

/** Keys of an issuer, by discovery; kept for an hour, and longer while the issuer does not answer. */
export interface IssuerKeySource {
  /** @throws IssuerUnreachable */
  current(): Promise<IssuerKeys>
  /** For a token whose key is none of those: another may have come since. Asked for at most twice a minute. */
  renewed(): Promise<IssuerKeys>
}

/** The issuer gave no keys, so that nobody can say whether a token holds. */
export class IssuerUnreachable extends Error {
  override readonly name = 'IssuerUnreachable'
}

const KEPT_MS = 60 * 60_000
const COOLDOWN_MS = 30_000
const ANSWER_BYTES = 1_000_000
const TIMEOUT_MS = 5_000
const CACHE_SECONDS = 24 * 60 * 60

/** @param cache  shared by all isolates; holds nothing that is secret */
export function issuerKeySource(
  issuer: string,
  send: typeof fetch,
  cache: KvNamespace | undefined,
  clock: Pick<Clock, 'now'>,
): IssuerKeySource {
  let known: IssuerKeys | undefined
  let askedAtMs = -Infinity
  const cacheKey = `issuer-metadata:${issuer}`

  const hasJustAsked = () => askedAtMs + COOLDOWN_MS > clock.now()

  async function read(): Promise<IssuerKeys> {
    askedAtMs = clock.now()
    known = { ...(await askIssuer(issuer, send)), readAtMs: clock.now() }
    // Without it each isolate asks for itself.
    await cache?.put(cacheKey, JSON.stringify(known), { expirationTtl: CACHE_SECONDS }).catch(() => {})
    return known
  }

  return {
    async current() {
      known ??= await readCache(cache, cacheKey)
      if (!known) return read()
      const old = known
      // While the issuer does not answer, not every request waits for it.
      const isGood = old.readAtMs + KEPT_MS > clock.now() || hasJustAsked()
      return isGood ? old : read().catch(() => old)
    },
    async renewed() {
      return known && hasJustAsked() ? known : read()
    },
  }
}

async function readCache(cache: KvNamespace | undefined, key: string): Promise<IssuerKeys | undefined> {
  const text = await cache?.get(key).catch(() => null)
  // Only `read` writes there.
  return text ? (JSON.parse(text) as IssuerKeys) : undefined
}

/** OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3, where the issuer is no OpenID provider. */
async function askIssuer(issuer: string, send: typeof fetch): Promise<Omit<IssuerKeys, 'readAtMs'>> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const openId = `${origin}${path}/.well-known/openid-configuration`
  const metadata =
    (await askJson(openId, send)) ?? (await askJson(`${origin}/.well-known/oauth-authorization-server${path}`, send))
  const { issuer: named, jwks_uri: address } = metadata ?? {}
  if (typeof named !== 'string' || !isIssuerOf(named, openId))
    throw new IssuerUnreachable(`${issuer} gave no metadata.`)
  if (typeof address !== 'string' || !isSafeTokenUrl(address))
    throw new IssuerUnreachable(`${issuer} names no jwks_uri.`)
  const jwks = await askJson(address, send)
  if (!Array.isArray(jwks?.['keys'])) throw new IssuerUnreachable(`${address} gave no keys.`)
  return { issuer: named, jwks: { keys: jwks['keys'] }, metadata: forClients(metadata ?? {}) }
}

function forClients(metadata: IssuerMetadata): IssuerMetadata {
  const { authorization_endpoint, token_endpoint, token_endpoint_auth_methods_supported, userinfo_endpoint } = metadata
  return { authorization_endpoint, token_endpoint, token_endpoint_auth_methods_supported, userinfo_endpoint }
}

/** @returns undefined for an answer that is none */
async function askJson(address: string, send: typeof fetch): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const response = await send(address, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const { bytes } = await readBody(response, ANSWER_BYTES)
    const answer: unknown = response.ok ? JSON.parse(new TextDecoder().decode(bytes)) : undefined
    return typeof answer === 'object' && answer !== null ? { ...answer } : undefined
  } catch {
    return undefined
  }
}
