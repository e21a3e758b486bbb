import { MetaError } from '../errors/meta-error.ts'
import { type Deployment, placeOf, type TargetName } from '../model/deployment.ts'
import { settingsBetween, withSettings } from '../model/deployment-settings.ts'
import type { JobId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import type { DeployGates } from '../queue/queue.ts'
import {
  findDeployment,
  findDeploymentById,
  listDeployments,
  updateDeployment,
  upsertDeployment,
} from '../registry/deployment-store.ts'
import type { Sql } from '../db/db.ts'
import { refuseMoreJobs, takeBuild } from './quota.ts'
import type { Services } from './services.ts'

/** An earlier version, or the newest definition, which has to pass its gates first. */
export type DeployedDefinition = { readonly version: number } | { readonly gates: DeployGates }

/** Where to, and how: absent settings are those in force. */
export interface DeployPlace {
  readonly target: TargetName
  readonly settings?: Deployment['settings']
}

/**
 * Enqueues a deploy; the deployment's row and its job are written in one transaction.
 * @throws MetaError LIMIT_EXCEEDED when the hour's builds, the jobs at once, or the room for them, are used up
 */
export async function queueDeploy(
  server: Server,
  { target, settings }: DeployPlace,
  what: DeployedDefinition,
  { db, queue, daemonId, config }: Pick<Services, 'db' | 'queue' | 'daemonId' | 'config'>,
  tenantId: TenantId,
): Promise<{ job: JobId; deployment: Deployment }> {
  return db.as(tenantId, async (sql) => {
    await refuseMoreJobs(sql, { queue, config }, tenantId)
    // An earlier version is there already.
    if ('gates' in what) await takeBuild(sql, config.quota, tenantId, new Date())
    const deployment = await upsertDeployment(sql, tenantId, server, target)
    const isUp = deployment.status === 'running'
    const wantedSettings = settings ?? deployment.settings
    await updateDeployment(sql, tenantId, deployment.id, {
      wantedSettings,
      ...(!isUp && { status: 'pending' as const, statusMessage: 'Waiting for its turn.', deletedAt: null, daemonId }),
    })
    const job = await queue.send(
      {
        kind: 'deploy',
        tenantId,
        serverId: server.id,
        deploymentId: deployment.id,
        ...what,
        settings: wantedSettings,
      },
      sql,
    )
    return { job, deployment }
  })
}

/**
 * Enqueues a start or stop of what has been deployed.
 * @param wanted  undefined: where it is
 * @throws MetaError SERVER_NOT_RUNNING when it is not there; LIMIT_EXCEEDED
 */
export async function queueChange(
  kind: 'start' | 'stop',
  server: Server,
  wanted: TargetName | undefined,
  { db, queue, config }: Pick<Services, 'db' | 'queue' | 'config'>,
  tenantId: TenantId,
): Promise<{ job: JobId; deployment: Deployment }> {
  return db.as(tenantId, async (sql) => {
    await refuseMoreJobs(sql, { queue, config }, tenantId)
    const target = wanted ?? placeOf(await listDeployments(sql, tenantId, server.id)) ?? 'local'
    const deployment = await findDeployment(sql, tenantId, server.id, target)
    if (!deployment || deployment.status === 'deleted') throw await notThere(sql, server, target)
    const job = await queue.send({ kind, tenantId, serverId: server.id, deploymentId: deployment.id }, sql)
    return { job, deployment }
  })
}

/** A server that is not deployed to a target; where it is instead is told. */
export async function notThere(sql: Sql, { id, tenantId, name }: Server, target: TargetName): Promise<MetaError> {
  const deployments = await listDeployments(sql, tenantId, id)
  const places = deployments.flatMap((each) => (each.status === 'deleted' ? [] : [`"${each.target}"`]))
  const { code, message, fix, next } = notDeployed(name, target)
  if (places.length === 0) return new MetaError(code, message, fix, next && { next })
  const told = `It is deployed to ${places.join(', ')}: name that as target, or deploy it to "${target}".`
  return new MetaError(code, message, told, {
    next: { tool: 'get_server', arguments: { server: name, include: ['deployments'] } },
  })
}

export function notDeployed(server: string, target: string): MetaError {
  return new MetaError('SERVER_NOT_RUNNING', `Server "${server}" is not deployed to "${target}".`, 'Deploy it first.', {
    next: { tool: 'deploy', arguments: { server, ...(target !== 'local' && { target }) } },
  })
}

/** What is to be deployed, and where to. */
export interface WantedDeploy extends Pick<DeployPlace, 'target'> {
  /** The settings that are named: those that are not may be what they are. */
  readonly given: Readonly<Record<string, unknown>>
  /** Undefined: of the newest definition. */
  readonly version: number | undefined
}

/**
 * The same deploy, where it waits or runs: a repeated call attaches to it instead of sending another.
 * @throws MetaError DEPLOY_PENDING when another version, to another target or with other settings, is being deployed
 */
export async function findPendingDeploy(
  server: Server,
  { target, given, version }: WantedDeploy,
  { db, queue }: Pick<Services, 'db' | 'queue'>,
): Promise<JobId | undefined> {
  const { tenantId, name } = server
  const id = await queue.findPending(tenantId, server.id, 'deploy')
  const pending = id && (await queue.read(tenantId, id))?.job
  if (pending?.kind !== 'deploy') return undefined
  const deployment = await db.as(tenantId, (sql) => findDeploymentById(sql, tenantId, pending.deploymentId))
  if (pending.version === version && deployment?.target === target) {
    const { settings = deployment.settings } = pending
    const added = settingsBetween(settings, withSettings(settings, given))
    if (Object.keys(added).length === 0) return id
    throw otherSettings(name, { version, target })
  }
  const other = { version: pending.version, target: deployment?.target ?? 'local' }
  throw new MetaError(
    'DEPLOY_PENDING',
    `${versionText(other.version)} of "${name}" is being deployed to "${other.target}", so ${versionText(version).toLowerCase()} is not deployed to "${target}" now.`,
    'Wait for it with the call in next, then deploy again.',
    { next: { tool: 'deploy', arguments: { server: name, ...toArguments(other) } } },
  )
}

function otherSettings(server: string, pending: Pick<WantedDeploy, 'version' | 'target'>): MetaError {
  return new MetaError(
    'DEPLOY_PENDING',
    `"${server}" is being deployed to "${pending.target}" with other settings, so these are not in force and not kept.`,
    'Wait for it with the call in next, then deploy again with these settings.',
    { next: { tool: 'deploy', arguments: { server, ...toArguments(pending) } } },
  )
}

function versionText(version: number | undefined): string {
  return version === undefined ? 'The newest definition' : `Version ${version}`
}

function toArguments({ version, target }: { version: number | undefined; target: TargetName }): object {
  return { ...(version !== undefined && { version }), ...(target !== 'local' && { target }) }
}
