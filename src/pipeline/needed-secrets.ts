import type { Credential, TokenServer } from '../../runtime/library/http-call.ts'
import { type OauthRequest, tokenHosts } from '../model/inbox/oauth.ts'
import { tokensOf } from '../model/secrets-of.ts'
import type { ServerDefinition } from '../model/server-definition.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'

/** A secret at one host it is for. */
export interface PlacedSecret {
  readonly name: string
  readonly host: string
  readonly purpose: string
}

type IsSet = (secret: Pick<PlacedSecret, 'name' | 'host'>) => boolean

/** The different ways in which calls sign in: for each kind of call its alternatives, each with the names it takes. */
export type SignInWays = readonly (readonly (readonly string[])[])[]

export function signInWays(tools: readonly ToolDefinition[]): SignInWays {
  const ways = tools.flatMap(({ handler }) => (handler.kind === 'operation' ? [handler.call.security] : []))
  return [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()]
}

/**
 * What the credentials and connections of a server need, each at its hosts.
 * @returns `missing` without what calls can do without, because another way to sign in is whole
 */
export function neededSecrets(
  { ways, credentials, connections }: Pick<ServerDefinition, 'credentials' | 'connections'> & { ways: SignInWays },
  isSet: IsSet,
): { readonly set: readonly PlacedSecret[]; readonly missing: readonly PlacedSecret[] } {
  const tokens = tokensOf(connections).flatMap(({ name, hosts, purpose }) =>
    hosts.map((host) => ({ name, host, purpose })),
  )
  const placed = [...credentials.flatMap((credential) => placesOf(credential, credentials)), ...tokens]
  const whole = new Set(credentials.filter((each) => placesOf(each, credentials).every(isSet)).map(({ name }) => name))
  const unmet = ways.filter((alternatives) => !alternatives.some((names) => names.every((name) => whole.has(name))))
  const named = new Set(ways.flat(2))
  const wanted = new Set(unmet.flat(2))
  return {
    set: placed.filter(isSet),
    missing: placed.filter((secret) => !isSet(secret) && (wanted.has(secret.name) || !named.has(secret.name))),
  }
}

/** Where the value goes: what signs in at a token server goes there only, whatever hosts its tokens are for. */
export function placesOf(credential: Credential, credentials: readonly Credential[]): PlacedSecret[] {
  const { name, purpose } = credential
  return secretHosts(credential, credentials).map((host) => ({ name, host, purpose }))
}

function secretHosts({ name, placement, hosts }: Credential, credentials: readonly Credential[]): readonly string[] {
  if (placement.type === 'refreshToken') return tokenHosts({ ...placement, server: placement })
  const login = credentials.find((each) => each.placement.type === 'refreshToken' && each.placement.client === name)
  const ofLogin = login ? secretHosts(login, credentials) : []
  if (placement.type === 'client') return ofLogin
  if (placement.type === 'clientCredentials') return [...new Set([...tokenHosts({ server: placement }), ...ofLogin])]
  return hosts
}

function serverOf(server: TokenServer): TokenServer {
  if (!('tokenUrl' in server)) return { openIdConnectUrl: server.openIdConnectUrl }
  const { tokenUrl, discoveredFrom } = server
  return { tokenUrl, ...(discoveredFrom !== undefined && { discoveredFrom }) }
}

/** The logins of a person that a server's credentials come from, where the description says how. */
export function loginsOf({ credentials }: Pick<ServerDefinition, 'credentials'>): OauthRequest[] {
  return credentials.flatMap(({ name, placement }) => {
    if (placement.type !== 'refreshToken') return []
    const { client, authorizationUrl, refreshUrl, scopes } = placement
    const server = serverOf(placement)
    if (authorizationUrl === undefined && 'tokenUrl' in server) return []
    const urls = { ...(authorizationUrl && { authorizationUrl }), ...(refreshUrl && { refreshUrl }) }
    return [{ kind: 'oauth' as const, name, client, server, ...urls, scopes }]
  })
}
