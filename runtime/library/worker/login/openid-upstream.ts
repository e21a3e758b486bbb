import type { IssuerKeySource, IssuerMetadata } from '../oauth/issuer-keys.ts'
import { IssuerUnreachable } from '../oauth/issuer-keys.ts'
import { InvalidToken, verifyToken } from '../oauth/verify-token.ts'
import { isSafeTokenUrl, type TokenEndpoint } from '../../token-server.ts'
import { exchangeCode, type UpstreamClient } from './exchange-code.ts'
import { askAbout, codeRequest, LoginFailed, type Upstream } from './upstream.ts'
import type { Person } from './person.ts'

/** An OpenID provider: OpenID Connect Core 1.0, section 3.1, with PKCE. Only what its metadata names is asked. */
export function openIdUpstream(client: UpstreamClient, keys: IssuerKeySource): Upstream {
  const { clientId, send } = client

  async function addressOf(name: keyof IssuerMetadata): Promise<string> {
    const { issuer, metadata } = await keys.current()
    const address = metadata[name]
    if (typeof address === 'string' && isSafeTokenUrl(address)) return address
    throw new IssuerUnreachable(`${issuer} names no ${name}.`)
  }

  return {
    async authorizeUrl(attempt, state) {
      const address = await addressOf('authorization_endpoint')
      return codeRequest(address, clientId, attempt, { scope: 'openid email', state, nonce: attempt.nonce })
    },
    async personOf(attempt, code) {
      const url = await addressOf('token_endpoint')
      const { metadata } = await keys.current()
      const answer = await exchangeCode(client, { url, method: methodOf(metadata) }, attempt, code)
      const claims = await readIdToken(answer['id_token'], clientId, attempt.nonce, keys)
      if (claims.email !== undefined || metadata.userinfo_endpoint === undefined) return personFrom(claims)
      // Some give it there alone. Section 5.3.2: it must be of the same person.
      const more = await askAbout(await addressOf('userinfo_endpoint'), answer.access_token, send)
      return isClaims(more) && more.sub === claims.sub ? personFrom(more) : personFrom(claims)
    },
  }
}

/** OpenID Connect Discovery 1.0, section 3: Basic where nothing is said. */
function methodOf({ token_endpoint_auth_methods_supported: methods }: IssuerMetadata): TokenEndpoint['method'] {
  if (!Array.isArray(methods) || methods.includes('client_secret_basic')) return 'client_secret_basic'
  return 'client_secret_post'
}

interface Claims {
  readonly sub: string
  readonly email?: unknown
  readonly email_verified?: unknown
}

/** OpenID Connect Core 1.0, section 3.1.3.7 */
async function readIdToken(token: unknown, clientId: string, nonce: string, keys: IssuerKeySource): Promise<Claims> {
  if (typeof token !== 'string') throw new LoginFailed('The issuer gave no id_token.')
  try {
    const claims = await verifyToken(token, clientId, keys)
    const isForOthers = Array.isArray(claims.aud) && claims.aud.length > 1
    const { azp } = claims
    if (claims['nonce'] !== nonce) throw new InvalidToken('its nonce is of another login')
    if ((isForOthers || azp !== undefined) && azp !== clientId) throw new InvalidToken('it is for another client')
    if (isClaims(claims)) return claims
    throw new InvalidToken('it has no sub')
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error
    throw new LoginFailed(`The id_token of the issuer does not hold: ${error.message}.`, { cause: error })
  }
}

function isClaims(value: unknown): value is Claims {
  return (
    typeof value === 'object' && value !== null && 'sub' in value && typeof value.sub === 'string' && value.sub !== ''
  )
}

/** An address that nobody has checked is nobody's: who may write there what they like would be who they like. */
function personFrom({ sub, email, email_verified: isVerified }: Claims): Person {
  const isTheirs = typeof email === 'string' && (isVerified === true || isVerified === 'true')
  return { subject: sub, emails: isTheirs ? [email.toLowerCase()] : [] }
}
