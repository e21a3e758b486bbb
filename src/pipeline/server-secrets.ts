import type { EnvSecret } from '../config/load-config.ts'
import type { Db } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { listSecretNames, type Vault } from '../secrets/vault.ts'
import { envSecretResolver, type SecretResolver } from './resolve-secrets.ts'

/** The secrets of each server: those a person entered for it, and the environment's pairs. */
export interface ServerSecrets {
  /** Reads them anew; a server's broker and child are made from what was read last. */
  load(tenantId: TenantId, serverId: ServerId): Promise<SecretResolver>
  /** What was read last; before that, the environment's pairs. */
  loaded(serverId: ServerId): SecretResolver
}

export function createServerSecrets(db: Db, vault: Vault, fromEnvironment: readonly EnvSecret[]): ServerSecrets {
  const resolvers = new Map<ServerId, SecretResolver>()
  const environment = envSecretResolver(fromEnvironment)
  return {
    async load(tenantId, serverId) {
      const entered = await readEntered(db, vault, tenantId, serverId)
      // What was entered for this very server goes before what holds for all.
      const resolver = entered.length === 0 ? environment : envSecretResolver([...entered, ...fromEnvironment])
      resolvers.set(serverId, resolver)
      return resolver
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
