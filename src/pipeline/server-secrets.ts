import type { Credential } from '../../runtime/library/http-call.ts'
import type { EnvSecret } from '../config/load-config.ts'
import type { Db } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { listSecretNames, type SecretPlace, type Vault } from '../secrets/vault.ts'
import { notKept } from './create-broker.ts'
import { envSecretResolver, type SecretResolver } from './resolve-secrets.ts'

/** The secrets of each server: those a person entered for it, and the environment's pairs. */
export interface ServerSecrets {
  /** Reads them anew; a server's broker and child are made from what was read last. */
  load(tenantId: TenantId, serverId: ServerId): Promise<SecretResolver>
  /** What was read last; before that, the environment's pairs. */
  loaded(serverId: ServerId): SecretResolver
  /**
   * Puts a new value in the place of the one that a person entered, for every host it is bound to.
   * @throws MetaError FORBIDDEN when the server has no refresh token of that name, or it came from the environment
   */
  replaceRefreshToken(server: ServerOfSecrets, name: string, value: string): Promise<void>
}

interface ServerOfSecrets {
  readonly tenantId: TenantId
  readonly id: ServerId
  readonly credentials: readonly Credential[]
}

export function createServerSecrets(db: Db, vault: Vault, fromEnvironment: readonly EnvSecret[]): ServerSecrets {
  const resolvers = new Map<ServerId, SecretResolver>()
  const environment = envSecretResolver(fromEnvironment)
  const load: ServerSecrets['load'] = async (tenantId, serverId) => {
    const entered = await readEntered(db, vault, tenantId, serverId)
    // What was entered for this very server goes before what holds for all.
    const resolver = entered.length === 0 ? environment : envSecretResolver([...entered, ...fromEnvironment])
    resolvers.set(serverId, resolver)
    return resolver
  }
  return {
    load,
    async replaceRefreshToken({ tenantId, id, credentials }, name, value) {
      const isLogin = credentials.some((each) => each.name === name && each.placement.type === 'refreshToken')
      if (!isLogin || !(await replaceEntered(db, vault, { tenantId, serverId: id, name }, value))) throw notKept(name)
      await load(tenantId, id)
    },
    loaded: (serverId) => resolvers.get(serverId) ?? environment,
  }
}

function readEntered(db: Db, vault: Vault, tenantId: TenantId, serverId: ServerId): Promise<EnvSecret[]> {
  return db.as(tenantId, async (sql) => {
    const secrets: EnvSecret[] = []
    for (const { name, host } of await listSecretNames(sql, tenantId, serverId)) {
      secrets.push({ name, host, value: await vault.readSecret(sql, { tenantId, serverId, name, host }) })
    }
    return secrets
  })
}

/** @returns whether there was anything to replace */
function replaceEntered(db: Db, vault: Vault, place: Omit<SecretPlace, 'host'>, value: string): Promise<boolean> {
  const { tenantId, serverId, name } = place
  return db.as(tenantId, async (sql) => {
    const entered = (await listSecretNames(sql, tenantId, serverId)).filter((each) => each.name === name)
    for (const { host } of entered) await vault.setSecret(sql, { ...place, host }, value)
    return entered.length > 0
  })
}
