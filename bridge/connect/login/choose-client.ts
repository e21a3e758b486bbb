import { type OAuthClientMetadata, registerClient, RegistrationRejectedError } from '@modelcontextprotocol/client'
import type { AuthorizationServer } from './find-authorization-server.ts'
import { LoginFailed, quoteForeign } from './login-failed.ts'
import type { StoredClient } from './login-store.ts'

/** What a person said about who we are to the authorization server. */
export interface ClientIdentity {
  /** Registered by hand. */
  readonly id?: string | undefined
  readonly secret?: string | undefined
  /** The https address of a client ID metadata document that lists our redirect URI. */
  readonly metadataUrl?: string | undefined
}

export interface ClientRequest {
  readonly server: AuthorizationServer
  readonly identity: ClientIdentity
  /** Registered with this server before. */
  readonly stored: StoredClient | undefined
  /** Bound already. */
  readonly redirectUri: string
  readonly scope: string | undefined
  readonly fetch: typeof globalThis.fetch
}

/**
 * Who we are: registered by hand, else by a metadata document, else by dynamic registration.
 * @throws LoginFailed when none of them is possible
 * 2026-07-28: basic/authorization/client-registration
 */
export async function chooseClient(request: ClientRequest): Promise<StoredClient> {
  const { server, identity, stored, redirectUri } = request
  const { metadata } = server
  if (identity.id !== undefined) {
    return { id: identity.id, redirectUri, ...(identity.secret !== undefined && { secret: identity.secret }) }
  }
  if (identity.metadataUrl !== undefined && metadata.client_id_metadata_document_supported === true) {
    return { id: identity.metadataUrl, redirectUri }
  }
  if (stored?.redirectUri === redirectUri) return stored
  if (metadata.registration_endpoint !== undefined) return await register(request)
  throw new LoginFailed(
    `The authorization server "${server.issuer}" registers no clients by itself.`,
    'Register one on its pages with a redirect URI such as http://127.0.0.1:8976/callback, and give --client-id and --callback-port 8976.',
  )
}

async function register({ server, redirectUri, scope, fetch }: ClientRequest): Promise<StoredClient> {
  const clientMetadata: OAuthClientMetadata = {
    client_name: 'mcpwright',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: methodFor(server),
    application_type: 'native',
  }
  try {
    const registered = await registerClient(server.issuer, {
      metadata: server.metadata,
      clientMetadata,
      ...(scope !== undefined && { scope }),
      fetchFn: fetch,
    })
    const { client_id: id, client_secret: secret, token_endpoint_auth_method: method } = registered
    return { id, redirectUri, ...(secret !== undefined && { secret }), ...(method !== undefined && { method }) }
  } catch (error) {
    if (!(error instanceof RegistrationRejectedError)) throw error
    throw new LoginFailed(
      `The authorization server "${server.issuer}" refused to register this client (HTTP ${error.status}): ${quoteForeign(error.body)}`,
      'Register one on its pages, and give --client-id and --callback-port.',
    )
  }
}

/** A program on a person's machine keeps no secret, so none is asked for where the server can do without. */
function methodFor({ metadata }: AuthorizationServer): string {
  // RFC 8414, section 2: absent means client_secret_basic.
  const supported = metadata.token_endpoint_auth_methods_supported ?? ['none']
  return ['none', 'client_secret_basic', 'client_secret_post'].find((method) => supported.includes(method)) ?? 'none'
}
