import type { CallContext } from './call-context.ts'
import { CallRefused } from './call-refused.ts'
import { systemClock } from './clock.ts'
import type { Credential, TokenServer } from './http-call.ts'
import { KeptValues } from './kept-values.ts'
import { NoAnswer } from './no-answer.ts'
import { readBody } from './read-body.ts'

/** Where tokens are got, and how a client signs in there (RFC 7591, section 2: token_endpoint_auth_method). */
export interface TokenEndpoint {
  readonly url: string
  readonly method: 'client_secret_basic' | 'client_secret_post'
}

const known = new KeptValues<TokenEndpoint>()
const KEPT_MS = 60 * 60_000
const ANSWER_BYTES = 1_000_000

/**
 * The address that gives tokens: the one of the description, or what the OpenID provider says of itself.
 * OpenID Connect Discovery 1.0, section 4
 * @throws CallRefused when the provider says nothing of use, is another than it should be, or names a host that the
 *   credential may not go to
 * @throws NoAnswer when the signal aborts
 */
export async function tokenEndpoint(
  credential: Pick<Credential, 'name' | 'hosts'>,
  server: TokenServer,
  context: Pick<CallContext, 'fetch' | 'signal' | 'clock'>,
): Promise<TokenEndpoint> {
  if ('tokenUrl' in server) return { url: server.tokenUrl, method: 'client_secret_basic' }
  const { clock = systemClock } = context
  const address = server.openIdConnectUrl
  const endpoint = await known.get(address, clock, async () => ({
    value: readMetadata(credential.name, address, await askProvider(credential.name, address, context)),
    validUntilMs: clock.now() + KEPT_MS,
  }))
  if (credential.hosts.includes(new URL(endpoint.url).host)) return endpoint
  throw new CallRefused(
    `${new URL(address).host} names ${new URL(endpoint.url).host} as its token server, but ${credential.name} may only be sent to ${credential.hosts.join(', ')}. The call was not made. Get a token there by other means and set it as this server's own token.`,
  )
}

/** A client's secret never travels unencrypted, but on this machine. */
export function isSafeTokenUrl(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
}

type Metadata = Readonly<Record<string, unknown>>

async function askProvider(
  name: string,
  address: string,
  { fetch: send, signal }: Pick<CallContext, 'fetch' | 'signal'>,
): Promise<Metadata> {
  let status = ''
  try {
    const request = new Request(address, { headers: { accept: 'application/json' }, redirect: 'manual' })
    const response = await send(request, { signal })
    status = ` (${response.status})`
    const { bytes } = await readBody(response, ANSWER_BYTES)
    const answer: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (response.ok && typeof answer === 'object' && answer !== null) return { ...answer }
  } catch (error) {
    if (signal.aborted) throw new NoAnswer(error)
  }
  throw useless(name, address, `gave no metadata${status}`)
}

function readMetadata(name: string, address: string, metadata: Metadata): TokenEndpoint {
  const { issuer, token_endpoint: url, token_endpoint_auth_methods_supported: methods } = metadata
  if (typeof issuer !== 'string' || !isIssuerOf(issuer, address)) {
    throw useless(name, address, `is the metadata of another issuer, ${JSON.stringify(issuer)?.slice(0, 200)}`)
  }
  if (typeof url !== 'string' || !isSafeTokenUrl(url)) throw useless(name, address, 'names no https token_endpoint')
  const isPostOnly =
    Array.isArray(methods) && methods.includes('client_secret_post') && !methods.includes('client_secret_basic')
  return { url, method: isPostOnly ? 'client_secret_post' : 'client_secret_basic' }
}

/**
 * The issuer must be the address without its well-known end (OpenID Connect Discovery 1.0, section 4.3; RFC 8414,
 * section 3.3, puts that end before the path). Of other addresses only the origin can be held against it.
 */
export function isIssuerOf(issuer: string, address: string): boolean {
  if (!URL.canParse(issuer)) return false
  const wellKnown = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/
  if (!wellKnown.test(address)) return new URL(issuer).origin === new URL(address).origin
  return issuer.replace(/\/$/, '') === address.replace(wellKnown, '').replace(/\/$/, '')
}

function useless(name: string, address: string, fault: string): CallRefused {
  return new CallRefused(
    `No access token for ${name}: ${address} ${fault}. The call was not made. Set a token of your own instead, or correct openIdConnectUrl in the description.`,
  )
}
