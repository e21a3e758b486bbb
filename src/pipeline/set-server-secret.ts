import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import { LOGIN_SECRET } from '../model/login-secret.ts'
import { secretsOf } from '../model/secrets-of.ts'
import { hostsOf } from '../model/server-hosts.ts'
import { findDeployment } from '../registry/deployment-store.ts'
import { removeInboxRequest } from '../registry/inbox-store.ts'
import { loadDefinition } from '../registry/load-definition.ts'
import { requireServer } from '../registry/server-store.ts'
import { forgetMetRequests } from './inbox/forget-met-requests.ts'
import type { Services } from './services.ts'
import { findLoginPlace } from './targets/login-secret.ts'

interface NewSecret {
  readonly server: string
  readonly name: string
  readonly value: string
  /** Absent: the one host that the server's credential of that name is for. */
  readonly host?: string
}

/**
 * Stores a secret for a server, bound to one host, or to the place where people log in to it; a server that is up
 * starts again with it.
 * @returns the host it is bound to
 * @throws MetaError HOST_NOT_ALLOWED when the server reaches no such host, or more than one comes into question
 */
export async function setServerSecret(
  { server: serverName, name, value, host: given }: NewSecret,
  services: Pick<Services, 'db' | 'queue' | 'vault'>,
  tenantId: TenantId,
): Promise<string> {
  return services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, serverName)
    const definition = await loadDefinition(sql, tenantId, server)
    const credential = secretsOf(definition).find((each) => each.name === name)
    const host =
      (name === LOGIN_SECRET && (await findLoginPlace(sql, server))) ||
      chooseHost(name, given?.toLowerCase(), credential?.hosts ?? hostsOf(definition))
    await services.vault.setSecret(sql, { tenantId, serverId: server.id, name, host }, value)
    await removeInboxRequest(sql, tenantId, server.id, { kind: 'secret', name, host, purpose: '' })
    await forgetMetRequests(sql, tenantId, server)
    await startAgain(sql, services, tenantId, server.id)
    return host
  })
}

/** A server that is up gets the names of its secrets when it starts. */
export async function startAgain(
  sql: Sql,
  { queue }: Pick<Services, 'queue'>,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<void> {
  const deployment = await findDeployment(sql, tenantId, serverId, 'local')
  if (deployment?.status !== 'running') return
  await queue.send({ kind: 'start', tenantId, serverId, deploymentId: deployment.id }, sql)
}

/**
 * The host a secret is for: the one that was named, or the only one there is.
 * @throws MetaError HOST_NOT_ALLOWED
 */
export function chooseHost(name: string, given: string | undefined, hosts: readonly string[]): string {
  const [only, ...others] = hosts
  if (given === undefined && only !== undefined && others.length === 0) return only
  if (given !== undefined && hosts.includes(given)) return given
  const choices = hosts.join(', ') || 'none yet'
  throw new MetaError(
    'HOST_NOT_ALLOWED',
    given === undefined
      ? `"${name}" could be meant for several hosts: ${choices}.`
      : `The server does not reach "${given}".`,
    `Name one of its hosts: ${choices}.`,
  )
}
