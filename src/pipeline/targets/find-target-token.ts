import { defaults } from '../../config/defaults.ts'
import { MetaError, type NextCall } from '../../errors/meta-error.ts'
import type { TargetName } from '../../model/deployment.ts'
import { LOCAL_TENANT } from '../../model/ids.ts'
import type { Principal } from '../../model/principal.ts'
import type { Server } from '../../model/server.ts'
import { TARGET_TOKENS, type TargetToken } from '../../model/target-token.ts'
import { putInboxItem } from '../../registry/inbox-store.ts'
import { findSecretHolder } from '../../secrets/vault.ts'
import { listEnvApprovals } from '../../registry/env-approval-store.ts'
import { inboxFull } from '../inbox/inbox-full.ts'
import type { Services } from '../services.ts'
import { isLoginApproval, readWranglerLogin } from './wrangler-login.ts'

const LOGIN_MS = 120_000

type Owner = Pick<Server, 'id' | 'tenantId'>

/**
 * The token that a server is deployed with: what a person entered for this or another server, that of the settings, or
 * that of their login of wrangler, where they allowed it.
 * @returns undefined when there is none, or the target needs none
 */
export async function findTargetToken(
  target: TargetName,
  { id: serverId, tenantId }: Owner,
  { config, db, vault }: Pick<Services, 'config' | 'db' | 'vault'>,
): Promise<string | undefined> {
  const token = TARGET_TOKENS[target]
  if (!token) return undefined
  const place = { tenantId, serverId, name: token.name, host: token.place }
  const { entered, usesLogin } = await db.as(tenantId, async (sql) => {
    const holder = await findSecretHolder(sql, place)
    return {
      entered: holder && (await vault.readSecret(sql, { ...place, serverId: holder })),
      usesLogin: (await listEnvApprovals(sql, tenantId)).some(isLoginApproval),
    }
  })
  if (entered !== undefined) return entered
  // Settings and logins are those of who started the daemon, and so is the account they lead to.
  if (tenantId !== LOCAL_TENANT) return undefined
  if (config.cloudflare.token !== undefined || !usesLogin) return config.cloudflare.token
  return readWranglerLogin(config, AbortSignal.timeout(LOGIN_MS))
}

/**
 * Asks a person for the token of a target where there is none.
 * @param again  the call to repeat once it is entered
 * @throws MetaError SECRET_MISSING with the link where it is entered; LIMIT_EXCEEDED when the inbox is full
 */
export async function requireTargetToken(
  target: TargetName,
  server: Server,
  again: NextCall,
  services: Pick<Services, 'config' | 'db' | 'vault' | 'inboxLinks' | 'baseUrl'>,
  principal: Principal,
): Promise<void> {
  const token = TARGET_TOKENS[target]
  if (!token || (await findTargetToken(target, server, services)) !== undefined) return
  const { tenantId, subject } = principal
  const request = { kind: 'target-token', target } as const
  const item = await services.db.as(tenantId, (sql) =>
    putInboxItem(sql, tenantId, { serverId: server.id, request, requestedBy: subject }, defaults.inbox.items),
  )
  if (item === undefined) throw inboxFull()
  const link = `${services.baseUrl}/inbox/open/${services.inboxLinks.mint(principal, new Set([item]))}`
  throw missing(target, token, link, again)
}

function missing(target: TargetName, token: TargetToken, link: string, next: NextCall): MetaError {
  return new MetaError(
    'SECRET_MISSING',
    `Deploying to ${target} needs ${token.name}, and there is none yet.`,
    `A person enters it at ${link} (works once, 10 minutes), or later with: mcpwright inbox. Then deploy again.`,
    { next },
  )
}
