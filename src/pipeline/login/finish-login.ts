import { CallRefused } from '../../../runtime/library/call-refused.ts'
import { formEncode } from '../../../runtime/library/percent-encode.ts'
import { requestToken } from '../../../runtime/library/token-request.ts'
import { defaults } from '../../config/defaults.ts'
import { MetaError } from '../../errors/meta-error.ts'
import { loginHosts, tokenHosts } from '../../model/inbox/oauth.ts'
import type { TenantId } from '../../model/ids.ts'
import { discoveryOf, pinLogin } from '../../model/pinned-login.ts'
import type { Sql } from '../../db/db.ts'
import { egressFetch } from '../../net/egress-fetch.ts'
import { appendAuditEvent } from '../../registry/audit-store.ts'
import { listCredentials, upsertCredentials } from '../../registry/credential-store.ts'
import { removeInboxItem } from '../../registry/inbox-store.ts'
import { bumpRevision, requireServerById } from '../../registry/server-store.ts'
import { forgetMetRequests } from '../inbox/forget-met-requests.ts'
import type { Services } from '../services.ts'
import { startAgain } from '../set-server-secret.ts'
import { type BegunLogin, redirectUri } from './begin-login.ts'
import { addressesOf, type LoginEndpoints } from './login-endpoints.ts'

/**
 * Ends a login: exchanges the code that the browser has brought, and keeps the refresh token, bound to the token server.
 * @param answer  of the authorization server (RFC 6749, section 4.1.2; RFC 9207)
 * @returns what was done, for the person
 * @throws MetaError LOGIN_FAILED, in words for the person; the item stays in the inbox
 */
export async function finishLogin(
  answer: URLSearchParams,
  browserToken: string,
  services: Services,
  signal: AbortSignal,
): Promise<string> {
  const login = services.pendingLogins.finish(answer.get('state') ?? '', browserToken)
  if (!login) throw failed('This login was finished already, took too long, or began in another browser.')
  const host = new URL(login.endpoints.authorization).host
  checkIssuer(answer.get('iss'), login.endpoints)
  const error = answer.get('error')
  if (error !== null)
    throw failed(`${host} says: ${[error, answer.get('error_description')].filter(Boolean).join(', ')}.`)
  const code = answer.get('code')
  if (!code) throw failed(`${host} sent no code.`)
  const refreshToken = await exchangeCode(code, login, services, signal)
  const isPinned = await keepRefreshToken(refreshToken, login, services)
  const name = login.item.server?.name ?? ''
  const next = isPinned
    ? `Deploy "${name}" to take it up: its token server is another host.`
    : `"${name}" goes on with it.`
  return `You are logged in at ${host}. ${next}`
}

/**
 * A code of one server must not be taken to another (RFC 9207, section 2.4). Where the description names addresses
 * alone, the issuer is held against their origins.
 */
function checkIssuer(given: string | null, { issuer, namesIssuer, authorization, token }: LoginEndpoints): void {
  if (given === null && !namesIssuer) return
  const origins = [authorization, token.url].map((url) => new URL(url).origin)
  const isRight =
    issuer === undefined ? URL.canParse(given ?? '') && origins.includes(new URL(given ?? '').origin) : given === issuer
  if (!isRight) throw failed(`The answer is of another issuer: ${given === null ? 'none is named' : `"${given}"`}.`)
}

async function exchangeCode(
  code: string,
  { item, endpoints, client, verifier }: BegunLogin,
  services: Services,
  signal: AbortSignal,
): Promise<string> {
  const { timeoutMs, metadataBytes: answerBytes } = defaults.login
  const host = new URL(endpoints.token.url).host
  const policy = { hosts: new Set([host]), timeoutMs, answerBytes, redirects: 0 }
  const fields = { code, redirect_uri: redirectUri(services), code_verifier: verifier }
  const grant = ['grant_type=authorization_code', ...Object.entries(fields).map(toField)].join('&')
  try {
    const answer = await requestToken(
      { name: item.request.name, client, grant, scopes: [], endpoint: endpoints.token },
      { fetch: egressFetch(services.egress, policy), signal },
    )
    const { refresh_token: token } = answer
    if (typeof token === 'string' && token !== '') return token
  } catch (error) {
    if (error instanceof CallRefused) throw failed(error.message, error)
    throw error
  }
  throw failed(`${host} gave no refresh token. Let the client have one where it is registered ("offline access").`)
}

function toField([name, value]: [string, string]): string {
  return `${name}=${formEncode(value)}`
}

/** @returns whether the draft has learned where the token server is */
function keepRefreshToken(token: string, login: BegunLogin, services: Services): Promise<boolean> {
  const { item, endpoints, principal } = login
  const { id, server, request } = item
  const { tenantId, subject } = principal
  if (!server) throw failed('The server is gone.')
  return services.db.as(tenantId, async (sql) => {
    const isPinned = await pinAddresses(sql, tenantId, login)
    for (const host of loginHosts(request, addressesOf(endpoints))) {
      await services.vault.setSecret(sql, { tenantId, serverId: server.id, name: request.name, host }, token)
    }
    await removeInboxItem(sql, tenantId, id)
    await forgetMetRequests(sql, tenantId, await requireServerById(sql, tenantId, server.id))
    const details = { kind: 'oauth', name: request.name, host: new URL(endpoints.authorization).host }
    await startAgain(sql, services, tenantId, server.id)
    await appendAuditEvent(sql, tenantId, { subject, action: 'inbox.logged-in', serverId: server.id, details })
    return isPinned
  })
}

/** What a person has seen of a provider is what calls go by, where it leads to another host than its own. */
async function pinAddresses(sql: Sql, tenantId: TenantId, { item, endpoints }: BegunLogin): Promise<boolean> {
  const { server, request } = item
  if (!server || tokenHosts(request).includes(new URL(endpoints.token.url).host)) return false
  const credentials = await listCredentials(sql, tenantId, server.id)
  const login = credentials.find(({ name }) => name === request.name)
  const discovery = login && discoveryOf(login)
  if (discovery === undefined) return false
  const wanted = credentials.filter(({ name }) => name === request.name || name === request.client)
  const pinned = wanted.map((credential) => pinLogin(credential, discovery, addressesOf(endpoints)))
  await upsertCredentials(sql, tenantId, server.id, pinned)
  await bumpRevision(sql, tenantId, server.id)
  return true
}

function failed(what: string, cause?: unknown): MetaError {
  return new MetaError('LOGIN_FAILED', what, 'Begin the login again on the inbox page.', { cause })
}
