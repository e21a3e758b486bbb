import type { Credential } from '../../runtime/library/http-call.ts'

/** Where a person logs in, and where their client and tokens are sent: full addresses. */
export interface LoginAddresses {
  readonly authorization: string
  readonly token: string
}

/**
 * A credential whose OpenID provider was asked for its addresses once, and a person has seen where they lead: calls go
 * to those, and what the provider says later changes nothing. Others stay as they are.
 * @param discovery  the provider's address, as the description has it
 */
export function pinLogin(
  credential: Credential,
  discovery: string,
  { authorization, token }: LoginAddresses,
): Credential {
  const { placement, hosts } = credential
  if (discoveryOf(credential) !== discovery) return credential
  const pinned = { tokenUrl: token, discoveredFrom: discovery }
  const withHost = [...new Set([...hosts, new URL(token).host])].toSorted()
  if (placement.type === 'refreshToken') {
    const { type, client, scopes, refreshUrl } = placement
    const urls = { authorizationUrl: authorization, ...(refreshUrl !== undefined && { refreshUrl }) }
    return { ...credential, hosts: withHost, placement: { type, client, scopes, ...urls, ...pinned } }
  }
  if (placement.type !== 'clientCredentials') return credential
  const { type, scopes } = placement
  return { ...credential, hosts: withHost, placement: { type, scopes, ...pinned } }
}

/** What a person has seen holds also when the description is read again, as long as it names the same provider. */
export function stayPinned(next: Credential, before: Credential | undefined): Credential {
  const placement = before?.placement
  if (placement?.type !== 'refreshToken' && placement?.type !== 'clientCredentials') return next
  if (!('discoveredFrom' in placement) || placement.discoveredFrom === undefined) return next
  const authorization = 'authorizationUrl' in placement ? (placement.authorizationUrl ?? '') : ''
  return pinLogin(next, placement.discoveredFrom, { authorization, token: placement.tokenUrl })
}

/** The OpenID provider that names, or has named, where its tokens are got. */
export function discoveryOf({ placement }: Pick<Credential, 'placement'>): string | undefined {
  if (placement.type !== 'refreshToken' && placement.type !== 'clientCredentials') return undefined
  return 'openIdConnectUrl' in placement ? placement.openIdConnectUrl : placement.discoveredFrom
}
