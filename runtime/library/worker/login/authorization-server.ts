import { OAuthAuthorizationServer, OAuthError } from '@cloudflare/workers-oauth-provider'
import type { KvNamespace } from '../platform.ts'
import { loginIssuer, type LoginSettings } from './login-settings.ts'
import { isAllowed, type Person } from './person.ts'

/** What a token carries, encrypted: who it is for, and by which login. */
export interface TokenProps {
  readonly issuer: string
  readonly generation: number
  readonly person: Person
}

export const AUTHORIZE_PATH = '/authorize'
export const CALLBACK_PATH = '/callback'
/** Answered by the library. */
export const PROTOCOL_PATHS = ['/oauth/token', '/oauth/register', '/.well-known/oauth-authorization-server']

const ACCESS_SECONDS = 15 * 60
const REFRESH_SECONDS = 30 * 24 * 60 * 60
const REDIRECT_URIS = 10
const METADATA_CHARACTERS = 8_000

/**
 * The authorization server at one origin of the Worker, for its `/mcp` alone: OAuth 2.1 with RFC 7591, 7636 (S256),
 * 8414, 8707 and 9207. Documents of client metadata are not fetched: a Worker asks nobody but the issuer.
 */
export function authorizationServer(origin: string, login: LoginSettings): OAuthAuthorizationServer<LoginEnv> {
  return new OAuthAuthorizationServer<LoginEnv>({
    issuer: origin,
    resources: [`${origin}/mcp`],
    authorizeEndpoint: AUTHORIZE_PATH,
    tokenEndpoint: '/oauth/token',
    clientRegistrationEndpoint: '/oauth/register',
    accessTokenTTL: ACCESS_SECONDS,
    refreshTokenTTL: REFRESH_SECONDS,
    clientRegistrationCallback: ({ clientMetadata }) => refusedClient(clientMetadata),
    // What may not call any more gets no new token either, and its grant is taken away.
    tokenExchangeCallback({ props }) {
      // Only completeAuthorization writes them.
      const fault = faultOf(props as TokenProps, login)
      if (fault !== undefined) throw new OAuthError('invalid_grant', { description: fault })
    },
    // Refusals are the clients' affair: what they send would fill the log.
    onError: () => {},
  })
}

export interface LoginEnv {
  readonly OAUTH_KV: KvNamespace
}

/** Why a token of an earlier login opens nothing now: settings have changed since. */
export function faultOf({ issuer, generation, person }: TokenProps, login: LoginSettings): string | undefined {
  if (issuer !== loginIssuer(login) || generation !== generationOf(login)) return 'This login has ended. Log in again.'
  return isAllowed(person, login) ? undefined : 'This person may not call this server any more.'
}

export function generationOf({ generation = 1 }: Pick<LoginSettings, 'generation'>): number {
  return generation
}

/** What anybody may write into the namespace stays small. */
function refusedClient(metadata: Readonly<Record<string, unknown>>): { readonly description: string } | undefined {
  const { redirect_uris: uris } = metadata
  if (Array.isArray(uris) && uris.length > REDIRECT_URIS)
    return { description: `At most ${REDIRECT_URIS} redirect_uris.` }
  if (JSON.stringify(metadata).length <= METADATA_CHARACTERS) return undefined
  return { description: `At most ${METADATA_CHARACTERS} characters of metadata.` }
}
