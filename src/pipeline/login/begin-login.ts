import { createHash, randomBytes } from 'node:crypto'
import { MetaError } from '../../errors/meta-error.ts'
import type { InboxItem } from '../../model/inbox/inbox-item.ts'
import { type OauthRequest, tokenHosts } from '../../model/inbox/oauth.ts'
import type { Principal } from '../../model/principal.ts'
import type { Services } from '../services.ts'
import { type LoginEndpoints, loginEndpoints } from './login-endpoints.ts'

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

/**
 * Keeps the client, bound to the token server, and begins a login with it (RFC 6749, section 4.1; RFC 9700).
 * @param entered  an empty id: the client that was entered before
 * @throws MetaError ARGUMENTS_INVALID, and what `loginEndpoints` throws
 */
export async function beginLogin(
  item: InboxItem<OauthRequest>,
  entered: EnteredClient,
  services: Services,
  principal: Principal,
): Promise<{ readonly url: string; readonly browserToken: string }> {
  const client = await keepClient(item, entered, services, principal)
  const endpoints = await loginEndpoints(item.request, services.egress)
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
  { id, secret }: EnteredClient,
  services: Services,
  { tenantId }: Principal,
): Promise<string> {
  if (!server) throw new MetaError('SERVER_UNKNOWN', 'The server is gone.', 'Ask for the login again.')
  const hosts = tokenHosts(request)
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

function scopesFor({ scopes }: OauthRequest, { offlineScope }: LoginEndpoints): readonly string[] {
  return offlineScope === undefined || scopes.includes(offlineScope) ? scopes : [...scopes, offlineScope]
}

/** Google gives a refresh token only for these: developers.google.com/identity/protocols/oauth2/web-server#offline */
function offlineParameters({ host }: URL): Readonly<Record<string, string>> {
  return host === 'accounts.google.com' ? { access_type: 'offline', prompt: 'consent' } : {}
}
