import { randomBytes } from 'node:crypto'
import {
  exchangeAuthorization,
  type OAuthTokens,
  startAuthorization,
  validateAuthorizationResponseIssuer,
} from '@modelcontextprotocol/client'
import { type CallbackPorts, openCallback } from './callback-server.ts'
import { chooseClient, type ClientIdentity } from './choose-client.ts'
import type { AuthorizationServer } from './find-authorization-server.ts'
import { LoginFailed, quoteForeign } from './login-failed.ts'
import type { StoredClient, StoredLogin, StoredTokens } from './login-store.ts'
import { isWebPage } from './open-browser.ts'

/** How long before its end a token is renewed; of a short one, a tenth of its life. */
const RENEW_BEFORE_MS = 30_000

/** What a login needs of its surroundings. */
export interface LoginSurroundings {
  /** Bounded, and follows no redirects by itself. */
  readonly fetch: typeof globalThis.fetch
  /** @returns whether a browser was started */
  readonly openBrowser: (url: string) => Promise<boolean>
  /** A line for the person, on stderr. */
  readonly tell: (line: string) => void
  readonly identity: ClientIdentity
  readonly callbackPort?: number | undefined
  /** How long the person may take. */
  readonly loginMs: number
  readonly now: () => number
}

/**
 * Lets a person log in: the authorization code flow with PKCE, state, issuer and resource.
 * @param stored  the earlier login with this authorization server
 * @throws LoginFailed; the signal's reason
 * 2026-07-28: basic/authorization, Authorization Flow Steps
 */
export async function logIn(
  server: AuthorizationServer,
  scope: string | undefined,
  stored: StoredLogin | undefined,
  surroundings: LoginSurroundings,
  signal: AbortSignal,
): Promise<StoredLogin> {
  const { fetch, identity, now } = surroundings
  const state = randomBytes(32).toString('base64url')
  await using callback = await openCallback(state, portsFor(surroundings, stored?.client))
  const { redirectUri } = callback
  const client = await chooseClient({ server, identity, stored: stored?.client, redirectUri, scope, fetch })
  const { authorizationUrl, codeVerifier } = await startAuthorization(server.issuer, {
    metadata: server.metadata,
    clientInformation: toClientInformation(client),
    redirectUrl: redirectUri,
    state,
    resource: server.resource,
    ...(scope !== undefined && { scope }),
  })
  await showPage(authorizationUrl.href, server, surroundings)
  const answer = await waitForAnswer((until) => callback.answer(until), server, surroundings.loginMs, signal)
  const tokens = await exchangeAuthorization(server.issuer, {
    metadata: server.metadata,
    clientInformation: toClientInformation(client),
    authorizationCode: codeOf(answer, server),
    codeVerifier,
    redirectUri,
    resource: server.resource,
    fetchFn: fetch,
    ...issuerOf(answer),
  })
  return {
    // A client that a person registered is theirs to keep.
    ...(identity.id === undefined && { client }),
    tokens: toStoredTokens(tokens, now()),
    ...(scope !== undefined && { requestedScope: scope }),
  }
}

/** As the functions of the SDK take it. */
export function toClientInformation({ id, secret, method }: StoredClient): {
  client_id: string
  client_secret?: string
  token_endpoint_auth_method?: string
} {
  return {
    client_id: id,
    ...(secret !== undefined && { client_secret: secret }),
    ...(method !== undefined && { token_endpoint_auth_method: method }),
  }
}

export function toStoredTokens(tokens: OAuthTokens, now: number): StoredTokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, scope } = tokens
  return {
    accessToken,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(expiresIn !== undefined && { renewAt: now + expiresIn * 1_000 - Math.min(RENEW_BEFORE_MS, expiresIn * 100) }),
    ...(scope !== undefined && { scope }),
  }
}

function portsFor({ callbackPort }: LoginSurroundings, client: StoredClient | undefined): CallbackPorts {
  return { fixed: callbackPort, preferred: client && Number(new URL(client.redirectUri).port) }
}

async function showPage(url: string, { issuer }: AuthorizationServer, surroundings: LoginSurroundings): Promise<void> {
  if (!isWebPage(url)) {
    throw new LoginFailed(
      `The authorization server "${issuer}" wants a page opened that is not https: "${quoteForeign(url)}".`,
      'Nothing was opened. Tell its operator.',
    )
  }
  const isOpen = await surroundings.openBrowser(url)
  surroundings.tell(
    isOpen
      ? `Log in on the page of ${new URL(url).origin} that has just been opened in your browser.`
      : `To log in, open this address in a browser on this machine:\n${url}`,
  )
}

async function waitForAnswer(
  answer: (signal: AbortSignal) => Promise<URLSearchParams>,
  { issuer }: AuthorizationServer,
  loginMs: number,
  signal: AbortSignal,
): Promise<URLSearchParams> {
  const deadline = AbortSignal.timeout(loginMs)
  try {
    return await answer(AbortSignal.any([signal, deadline]))
  } catch (error) {
    if (!deadline.aborted || signal.aborted) throw error
    throw new LoginFailed(
      `Nobody logged in at "${issuer}" within ${Math.round(loginMs / 60_000)} minutes.`,
      'Try again in a minute, or run "mcpwright login" with the address of the server.',
    )
  }
}

/** Nothing of an answer is believed, its error texts neither, before its issuer was looked at (RFC 9207, section 2.4). */
function codeOf(answer: URLSearchParams, { issuer, metadata }: AuthorizationServer): string {
  try {
    validateAuthorizationResponseIssuer({
      iss: answer.get('iss') ?? undefined,
      expectedIssuer: issuer,
      issParameterSupported: metadata.authorization_response_iss_parameter_supported === true,
    })
  } catch {
    throw new LoginFailed(
      `The answer of the login did not come from "${issuer}", so it was not used.`,
      'If you trust the server, try again; if this stays, tell its operator ("iss", RFC 9207).',
    )
  }
  const code = answer.get('code')
  if (code) return code
  const reason = quoteForeign(answer.get('error_description') ?? answer.get('error') ?? 'no reason was given')
  throw new LoginFailed(`The login at "${issuer}" was not granted: ${reason}.`, 'Try again in a minute.')
}

function issuerOf(answer: URLSearchParams): { iss?: string } {
  const iss = answer.get('iss')
  return iss === null ? {} : { iss }
}
