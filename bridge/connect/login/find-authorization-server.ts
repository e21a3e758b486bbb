import {
  type AuthorizationServerMetadata,
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  IssuerMismatchError,
  type OAuthProtectedResourceMetadata,
  resourceUrlFromServerUrl,
} from '@modelcontextprotocol/client'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { isLoopback } from '../../../src/net/address.ts'
import { LoginFailed, quoteForeign } from './login-failed.ts'

/** What a 401 or 403 said (RFC 6750, section 3; RFC 9728, section 5.1). */
export interface Challenge {
  readonly resourceMetadataUrl: URL | undefined
  readonly scope: string | undefined
  readonly error: string | undefined
}

/** Who gives tokens for an MCP server. Its metadata has been checked: issuer, S256, https. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly metadata: AuthorizationServerMetadata
  /** The `resource` parameter (RFC 8707), as the server itself writes it. */
  readonly resource: string
  /** `scopes_supported` of the protected resource: what basic use needs. */
  readonly resourceScope: string | undefined
}

/**
 * @param fetch  follows no redirects by itself, reads a bounded answer
 * @throws LoginFailed when there is none that may be used
 * 2026-07-28: basic/authorization/authorization-server-discovery; security-considerations, Authorization Code Protection
 */
export async function findAuthorizationServer(
  serverUrl: string,
  challenge: Challenge,
  fetch: typeof globalThis.fetch,
): Promise<AuthorizationServer> {
  const protectedResource = await readProtectedResource(serverUrl, challenge, fetch)
  // Before 2025-06-18 the server's own origin was its authorization server.
  const address = protectedResource?.authorization_servers?.[0] ?? new URL('/', serverUrl).href
  const metadata = await readMetadata(address, fetch)
  checkPkce(metadata)
  for (const endpoint of [metadata.authorization_endpoint, metadata.token_endpoint, metadata.registration_endpoint]) {
    if (endpoint !== undefined) checkEndpoint(endpoint, metadata.issuer)
  }
  return {
    issuer: metadata.issuer,
    metadata,
    resource: protectedResource?.resource ?? resourceUrlFromServerUrl(serverUrl).href,
    resourceScope: protectedResource?.scopes_supported?.join(' ') || undefined,
  }
}

async function readProtectedResource(
  serverUrl: string,
  { resourceMetadataUrl }: Challenge,
  fetch: typeof globalThis.fetch,
): Promise<OAuthProtectedResourceMetadata | undefined> {
  let found
  try {
    const at = resourceMetadataUrl && { resourceMetadataUrl }
    found = await discoverOAuthProtectedResourceMetadata(serverUrl, at, fetch)
  } catch (error) {
    // The network's errors pass; they say nothing about the server.
    if (error instanceof MetaError) throw error
    // Named in the challenge, it must be there; guessed, it may be missing.
    if (resourceMetadataUrl) {
      throw new LoginFailed(
        `"${new URL(serverUrl).origin}" asks for a login, but its description of it could not be read: ${reasonOf(error)}`,
        'Tell the operator of the server.',
      )
    }
    return undefined
  }
  const requestedResource = resourceUrlFromServerUrl(serverUrl)
  if (checkResourceAllowed({ requestedResource, configuredResource: found.resource })) return found
  throw new LoginFailed(
    `"${serverUrl}" asks for a token for another server, "${quoteForeign(found.resource)}"; it was not asked for.`,
    'Connect to the address that the server names for itself, or tell its operator.',
  )
}

async function readMetadata(address: string, fetch: typeof globalThis.fetch): Promise<AuthorizationServerMetadata> {
  checkEndpoint(address, address)
  try {
    const metadata = await discoverAuthorizationServerMetadata(address, { fetchFn: fetch })
    if (metadata) return metadata
  } catch (error) {
    if (error instanceof MetaError) throw error
    if (!(error instanceof IssuerMismatchError)) {
      throw new LoginFailed(`The metadata of "${address}" could not be read: ${reasonOf(error)}`, 'Try again later.')
    }
    throw new LoginFailed(
      `The metadata of "${address}" says that it is of "${quoteForeign(error.received ?? '')}", so it is not used.`,
      'Tell the operator: "issuer" must be exactly the address that the server names (RFC 8414, section 3.3).',
    )
  }
  throw new LoginFailed(
    `"${address}" publishes no authorization server metadata.`,
    "Get a token from the server's own pages, and give it with --header 'Authorization: Bearer ${TOKEN}'.",
  )
}

function checkPkce({ issuer, code_challenge_methods_supported: methods }: AuthorizationServerMetadata): void {
  if (methods?.includes('S256')) return
  throw new LoginFailed(
    `The authorization server "${issuer}" does not say that it supports PKCE with S256, which MCP requires.`,
    "Get a token from the server's own pages, and give it with --header 'Authorization: Bearer ${TOKEN}'.",
  )
}

/** Endpoints are https, but on this machine (2026-07-28: security-considerations, Communication Security). */
function checkEndpoint(text: string, issuer: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url))) return
  throw new LoginFailed(
    `The authorization server "${quoteForeign(issuer)}" has the address "${quoteForeign(text)}", which is not https.`,
    'Nothing was opened. Tell its operator.',
  )
}

function reasonOf(error: unknown): string {
  return quoteForeign(error instanceof Error ? error.message : String(error))
}
