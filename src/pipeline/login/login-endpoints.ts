import { isIssuerOf, isSafeTokenUrl, type TokenEndpoint } from '../../../runtime/library/token-server.ts'
import { defaults } from '../../config/defaults.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { OauthRequest } from '../../model/inbox/oauth.ts'
import type { LoginAddresses } from '../../model/pinned-login.ts'
import { egressFetch } from '../../net/egress-fetch.ts'
import type { Services } from '../services.ts'

/** Where a login begins and ends. */
export interface LoginEndpoints {
  readonly authorization: string
  readonly token: TokenEndpoint
  /** Absent: the description names the addresses alone. */
  readonly issuer?: string
  /** Whether its answers name the issuer (RFC 9207, section 3). */
  readonly namesIssuer: boolean
  /** What it calls a scope for refresh tokens, where it has one (OpenID Connect Core 1.0, section 11). */
  readonly offlineScope?: string
}

/**
 * Those of the description, or what the OpenID provider says of itself: it may name other hosts, which a person has to
 * see before anything is sent to them.
 * @throws MetaError UPSTREAM_UNREACHABLE, or DESCRIPTION_INVALID when there is no address that a browser may go to
 */
export async function loginEndpoints(request: OauthRequest, egress: Services['egress']): Promise<LoginEndpoints> {
  const { server, authorizationUrl } = request
  const discovery = 'tokenUrl' in server ? server.discoveredFrom : server.openIdConnectUrl
  if (discovery !== undefined) return readMetadata(discovery, await askProvider(discovery, egress))
  if ('tokenUrl' in server && authorizationUrl !== undefined) {
    const token = { url: server.tokenUrl, method: 'client_secret_basic' } as const
    return { authorization: authorizationUrl, token, namesIssuer: false }
  }
  // Such a login is not asked for: see loginsOf.
  throw new Error(`The login "${request.name}" has no address that a person could go to.`)
}

export function addressesOf({ authorization, token }: LoginEndpoints): LoginAddresses {
  return { authorization, token: token.url }
}

type Metadata = Readonly<Record<string, unknown>>

async function askProvider(address: string, egress: Services['egress']): Promise<Metadata> {
  const { timeoutMs, metadataBytes: answerBytes } = defaults.login
  const policy = { hosts: new Set([new URL(address).host]), timeoutMs, answerBytes, redirects: 0 }
  const response = await egressFetch(egress, policy)(address, { headers: { accept: 'application/json' } })
  const answer: unknown = await response.json().catch(() => undefined)
  if (response.ok && typeof answer === 'object' && answer !== null) return { ...answer }
  throw new MetaError(
    'UPSTREAM_UNREACHABLE',
    `${address} gave no metadata of an OpenID provider (status ${response.status}).`,
    'Try again later, or correct openIdConnectUrl in the description.',
  )
}

/** OpenID Connect Discovery 1.0, sections 3 and 4.3. */
function readMetadata(address: string, metadata: Metadata): LoginEndpoints {
  const { issuer, authorization_endpoint: authorization, token_endpoint: url } = metadata
  const { token_endpoint_auth_methods_supported: methods, scopes_supported: scopes } = metadata
  if (typeof issuer !== 'string' || !isIssuerOf(issuer, address)) throw useless(address, 'speaks for another issuer')
  if (typeof authorization !== 'string' || !isSafeTokenUrl(authorization))
    throw useless(address, 'names no https authorization_endpoint')
  if (typeof url !== 'string' || !isSafeTokenUrl(url)) throw useless(address, 'names no https token_endpoint')
  const isPostOnly = includes(methods, 'client_secret_post') && !includes(methods, 'client_secret_basic')
  return {
    authorization,
    token: { url, method: isPostOnly ? 'client_secret_post' : 'client_secret_basic' },
    issuer,
    namesIssuer: metadata['authorization_response_iss_parameter_supported'] === true,
    ...(includes(scopes, 'offline_access') && { offlineScope: 'offline_access' }),
  }
}

function includes(list: unknown, item: string): boolean {
  return Array.isArray(list) && list.includes(item)
}

function useless(address: string, fault: string): MetaError {
  return new MetaError('DESCRIPTION_INVALID', `${address} ${fault}.`, 'Correct openIdConnectUrl in the description.')
}
