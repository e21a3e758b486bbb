import type { Credential, TokenServer } from '../../../runtime/library/http-call.ts'
import { isSafeTokenUrl } from '../../../runtime/library/token-server.ts'
import { asRecord, asText, property, type JsonRecord } from './json-value.ts'

/** A client that gets tokens itself, for itself or for a person who has logged in with it. */
export interface OAuthClient {
  readonly name: string
  /** Where it gets tokens for itself. */
  readonly own?: TokenServer
  readonly login?: Login
  /** Those that operations demand; collected while they are read. */
  readonly scopes: Set<string>
}

/** A person's login, by the flow `authorizationCode`. */
interface Login {
  /** Of the credential that holds its refresh token. */
  readonly name: string
  readonly server: TokenServer
  readonly authorizationUrl?: string
  readonly refreshUrl?: string
}

/**
 * Reads the flows `clientCredentials` and `authorizationCode` (OpenAPI 3.1, section 4.8.29; Swagger 2.0: `application`
 * and `accessCode`), or the provider of an `openIdConnect` scheme, which may offer both.
 * @returns undefined when the scheme has neither, or no token address that a secret may be sent to
 */
export function readOAuthClient(scheme: JsonRecord, nameFor: (suffix: string) => string): OAuthClient | undefined {
  const provider = asText(scheme.openIdConnectUrl)
  const discovered = provider !== undefined && isSafeTokenUrl(provider) ? { openIdConnectUrl: provider } : undefined
  const code = flowOf(scheme, 'authorizationCode', 'accessCode')
  const own = discovered ?? tokenServerOf(flowOf(scheme, 'clientCredentials', 'application'))
  const server = discovered ?? tokenServerOf(code)
  if (!own && !server) return undefined
  return {
    name: nameFor('CLIENT'),
    ...(own && { own }),
    ...(server && {
      login: {
        name: nameFor('REFRESH'),
        server,
        ...safeUrl('authorizationUrl', code),
        ...safeUrl('refreshUrl', code),
      },
    }),
    scopes: new Set(),
  }
}

/** The credentials that sign in together, beside a token of one's own: a person's login first, then the client alone. */
export function waysOf({ name, own, login }: OAuthClient): string[][] {
  return [...(login ? [[name, login.name]] : []), ...(own ? [[name]] : [])]
}

/** @param hosts  those that the tokens go to; client and refresh token themselves go to the token server only */
export function clientCredentials({ name, own, login, scopes }: OAuthClient, hosts: readonly string[]): Credential[] {
  const wanted = [...scopes].toSorted()
  const servers = [own, login?.server].filter((server) => server !== undefined)
  const at = [...new Set(servers.map(hostOf))].join(', ')
  const client: Credential = {
    name,
    hosts: [...new Set([...hosts, ...servers.map(hostOf), ...refreshHost(login)])].toSorted(),
    placement: own ? { type: 'clientCredentials', ...own, scopes: wanted } : { type: 'client' },
    purpose: own
      ? `OAuth client that gets its own tokens at ${at} (write it as client id:client secret)`
      : `OAuth client that a person logs in with at ${at} (write it as client id:client secret)`,
  }
  if (!login) return [client]
  const { server, name: refresh, ...urls } = login
  return [
    client,
    {
      name: refresh,
      hosts: [...new Set([...hosts, hostOf(server), ...refreshHost(login)])].toSorted(),
      placement: { type: 'refreshToken', client: name, ...server, ...urls, scopes: wanted },
      purpose: `Refresh token of a login at ${hostOf(server)}`,
    },
  ]
}

function flowOf(scheme: JsonRecord, name: string, swagger2: string): JsonRecord | undefined {
  return scheme.flow === swagger2 ? scheme : asRecord(property(asRecord(scheme.flows), name))
}

function tokenServerOf(flow: JsonRecord | undefined): TokenServer | undefined {
  const tokenUrl = asText(flow?.tokenUrl)
  return tokenUrl !== undefined && isSafeTokenUrl(tokenUrl) ? { tokenUrl } : undefined
}

function safeUrl<Name extends string>(name: Name, flow: JsonRecord | undefined): { [_ in Name]?: string } {
  const url = asText(property(flow, name))
  // A computed key is typed as any text.
  return url !== undefined && isSafeTokenUrl(url) ? ({ [name]: url } as { [_ in Name]?: string }) : {}
}

function hostOf(server: TokenServer): string {
  return new URL('tokenUrl' in server ? server.tokenUrl : server.openIdConnectUrl).host
}

function refreshHost(login: Login | undefined): string[] {
  return login?.refreshUrl === undefined ? [] : [new URL(login.refreshUrl).host]
}
