import { createHash, randomBytes } from 'node:crypto'
import { MetaError } from '../../errors/meta-error.ts'
import type { InboxItem } from '../../model/inbox/inbox-item.ts'
import { loginChoice, loginHosts, type OauthRequest } from '../../model/inbox/oauth.ts'
import type { Principal } from '../../model/principal.ts'
import type { Services } from '../services.ts'
import { addressesOf, type LoginEndpoints, loginEndpoints } from './login-endpoints.ts'

/** A login that has begun, as it is remembered until the browser comes back. */
export interface BegunLogin {
  readonly item: InboxItem<OauthRequest>
  readonly principal: Principal
  readonly endpoints: LoginEndpoints
  /** `client id:client secret` */
  readonly client: string
  /** PKCE (RFC 7636, section 4.1): proves that who exchanges the code has begun the login. */
  readonly verifier: string
}

interface EnteredClient {
  readonly id: string
  readonly secret: string
}

/** What a person has pressed: the choice of the form they saw, and the client; an empty id is the one entered before. */
interface PressedLogin {
  readonly choice: string
  readonly client: EnteredClient
}

/**
 * Keeps the client, bound to the token server that the page showed, and begins a login with it (RFC 6749, section 4.1;
 * RFC 9700).
 * @throws MetaError ARGUMENTS_INVALID, also when the provider names other addresses than were shown; what
 *   `loginEndpoints` throws
 */
export async function beginLogin(
  item: InboxItem<OauthRequest>,
  { choice, client: entered }: PressedLogin,
  services: Services,
  principal: Principal,
): Promise<{ readonly url: string; readonly browserToken: string }> {
  const endpoints = await loginEndpoints(item.request, services.egress)
  if (choice !== loginChoice(addressesOf(endpoints))) throw lookAgain()
  const hosts = loginHosts(item.request, addressesOf(endpoints))
  const client = await keepClient(item, { entered, hosts }, services, principal)
  const verifier = randomBytes(32).toString('base64url')
  const { state, browserToken } = services.pendingLogins.begin({ item, principal, endpoints, client, verifier })
  const url = new URL(endpoints.authorization)
  const scopes = scopesFor(item.request, endpoints)
  const parameters = {
    response_type: 'code',
    client_id: client.split(':', 1)[0] ?? '',
    redirect_uri: redirectUri(services),
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...offlineParameters(url),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { url: url.href, browserToken }
}

/** A port of its own is allowed on loopback (RFC 8252, section 7.3); this daemon's stays the same. */
export function redirectUri({ baseUrl }: Pick<Services, 'baseUrl'>): string {
  return `${baseUrl}/inbox/oauth`
}

async function keepClient(
  { server, request }: InboxItem<OauthRequest>,
  { entered: { id, secret }, hosts }: { readonly entered: EnteredClient; readonly hosts: readonly string[] },
  services: Services,
  { tenantId }: Principal,
): Promise<string> {
  if (!server) throw new MetaError('SERVER_UNKNOWN', 'The server is gone.', 'Ask for the login again.')
  if (id === '') {
    const known = (await services.secrets.load(tenantId, server.id)).value(request.client, hosts[0] ?? '')
    if (known !== undefined) return known
  }
  if (id === '' || id.includes(':'))
    throw new MetaError('ARGUMENTS_INVALID', 'The client id is empty, or holds a colon.', 'Enter it as it was given.')
  const client = `${id}:${secret}`
  await services.db.as(tenantId, async (sql) => {
    for (const host of hosts)
      await services.vault.setSecret(sql, { tenantId, serverId: server.id, name: request.client, host }, client)
  })
  return client
}

function lookAgain(): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    'The provider names other addresses than this page has shown.',
    'Look at it again before you log in.',
  )
}

function scopesFor({ scopes }: OauthRequest, { offlineScope }: LoginEndpoints): readonly string[] {
  return offlineScope === undefined || scopes.includes(offlineScope) ? scopes : [...scopes, offlineScope]
}

/** Google gives a refresh token only for these: developers.google.com/identity/protocols/oauth2/web-server#offline */
function offlineParameters({ host }: URL): Readonly<Record<string, string>> {
  return host === 'accounts.google.com' ? { access_type: 'offline', prompt: 'consent' } : {}
}
