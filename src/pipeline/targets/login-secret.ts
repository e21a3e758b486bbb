import { loginIssuer, type LoginSettings } from '../../../runtime/library/worker/login/login-settings.ts'
import { defaults } from '../../config/defaults.ts'
import type { Sql } from '../../db/db.ts'
import { MetaError, type NextCall } from '../../errors/meta-error.ts'
import type { Deployment } from '../../model/deployment.ts'
import { LOGIN_SECRET, type LoginClient, loginPlace } from '../../model/login-secret.ts'
import type { Principal } from '../../model/principal.ts'
import type { Server } from '../../model/server.ts'
import { findDeployment } from '../../registry/deployment-store.ts'
import { putInboxItem } from '../../registry/inbox-store.ts'
import { inboxFull } from '../inbox/inbox-full.ts'
import type { Services } from '../services.ts'

/** What was entered for this server, this issuer and this client; undefined: nothing. */
export function findLoginSecret(
  { tenantId, id: serverId }: Pick<Server, 'tenantId' | 'id'>,
  login: LoginSettings,
  { db, vault }: Pick<Services, 'db' | 'vault'>,
): Promise<string | undefined> {
  const place = { tenantId, serverId, name: LOGIN_SECRET, host: loginPlace(clientOf(login)) }
  return db.as(tenantId, (sql) => vault.readSecret(sql, place))
}

/**
 * Asks a person for the client secret that a server logs people in with, where there is none.
 * @param settings  that `DeploymentTarget.checkSettings` has passed
 * @param again  the call to repeat once it is entered
 * @throws MetaError SECRET_MISSING with the link where it is entered; LIMIT_EXCEEDED when the inbox is full
 */
export async function requireLoginSecret(
  settings: Deployment['settings'],
  server: Server,
  again: NextCall,
  services: Pick<Services, 'db' | 'vault' | 'inboxLinks' | 'baseUrl'>,
  principal: Principal,
): Promise<void> {
  const login = loginOf(settings)
  if (!login || (await findLoginSecret(server, login, services)) !== undefined) return
  const { tenantId, subject } = principal
  const request = { kind: 'login-secret', ...clientOf(login) } as const
  const item = await services.db.as(tenantId, (sql) =>
    putInboxItem(sql, tenantId, { serverId: server.id, request, requestedBy: subject }, defaults.inbox.items),
  )
  if (item === undefined) throw inboxFull()
  const link = `${services.baseUrl}/inbox/open/${services.inboxLinks.mint(principal, new Set([item]))}`
  throw missing(request, link, again)
}

/** Of the login that was last asked for, or else is in force; undefined: none. */
export async function findLoginPlace(
  sql: Sql,
  { tenantId, id }: Pick<Server, 'tenantId' | 'id'>,
): Promise<string | undefined> {
  const { settings = {}, wantedSettings = {} } = (await findDeployment(sql, tenantId, id, 'cloudflare')) ?? {}
  const login = loginOf(wantedSettings) ?? loginOf(settings)
  return login && loginPlace(clientOf(login))
}

/** As it was checked. */
function loginOf({ protection, login }: Deployment['settings']): LoginSettings | undefined {
  return protection === 'login' ? (login as LoginSettings) : undefined
}

function clientOf(login: LoginSettings): LoginClient {
  return { issuer: loginIssuer(login), clientId: login.client_id }
}

function missing({ issuer, clientId }: LoginClient, link: string, next: NextCall): MetaError {
  return new MetaError(
    'SECRET_MISSING',
    `People are to log in at ${issuer}, and the secret of the client "${clientId}" there is not known yet.`,
    `A person enters it at ${link} (works once, 10 minutes), or later with: mcpwright inbox. Then deploy again.`,
    { next },
  )
}
