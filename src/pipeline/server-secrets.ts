import type { Credential } from '../../runtime/library/http-call.ts'
import type { EnvSecret } from '../config/load-config.ts'
import type { Db, Sql } from '../db/db.ts'
import { shareRead } from '../db/share-read.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { isTargetPlace } from '../model/target-token.ts'
import { listEnvApprovals } from '../registry/env-approval-store.ts'
import { listSecretNames, type SecretPlace, type Vault } from '../secrets/vault.ts'
import { notKept } from './create-broker.ts'
import { envSecretResolver, type SecretResolver } from './resolve-secrets.ts'

/** A server's secrets, and why one that was entered is missing all the same. */
export interface LoadedSecrets extends SecretResolver {
  /** In a sentence, for the person; undefined when it can be read, or was never entered. */
  unreadable(name: string, host: string): string | undefined
}

/** Gives a variable of this process, for a tenant whose person approved it. */
type ReadVariable = (name: string, tenantId: TenantId) => string | undefined

/** The secrets of each server: those a person entered for it, variables they approved, and the environment's pairs. */
export interface ServerSecrets {
  /** Reads them anew; a server's broker and child are made from what was read last. */
  load(tenantId: TenantId, serverId: ServerId): Promise<LoadedSecrets>
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

export function createServerSecrets(
  db: Db,
  vault: Vault,
  fromEnvironment: readonly EnvSecret[],
  readVariable: ReadVariable = () => undefined,
): ServerSecrets {
  const resolvers = new Map<ServerId, SecretResolver>()
  const environment = envSecretResolver(fromEnvironment)
  const load: ServerSecrets['load'] = async (tenantId, serverId) => {
    const { entered, approvals } = await shareRead(db, `secrets of ${tenantId} ${serverId}`, () =>
      db.as(tenantId, async (sql) => ({
        entered: await readEntered(sql, vault, tenantId, serverId),
        approvals: await listEnvApprovals(sql, tenantId, serverId),
      })),
    )
    const approved = approvals.map(({ name, host }) => ({
      name,
      host,
      // Read when it is used: a variable that is gone is a secret that is missing.
      get value() {
        return readVariable(name, tenantId)
      },
    }))
    // What was entered for this very server goes before what holds for all.
    const resolver = envSecretResolver([...entered, ...approved, ...fromEnvironment])
    resolvers.set(serverId, resolver)
    const unreadable: LoadedSecrets['unreadable'] = (name, host) =>
      entered.find((each) => each.name === name && each.host === host)?.fault
    return { ...resolver, unreadable }
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

/** One that can't be read is missing, and keeps none of the others back. */
async function readEntered(
  sql: Sql,
  vault: Vault,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<(EnvSecret & { readonly fault?: string })[]> {
  const secrets: (EnvSecret & { readonly fault?: string })[] = []
  for (const { name, host } of await listSecretNames(sql, tenantId, serverId)) {
    if (isTargetPlace(host)) continue
    try {
      secrets.push({ name, host, value: await vault.readSecret(sql, { tenantId, serverId, name, host }) })
    } catch (error) {
      if (!(error instanceof MetaError)) throw error
      secrets.push({ name, host, value: undefined, fault: error.message })
    }
  }
  return secrets
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
