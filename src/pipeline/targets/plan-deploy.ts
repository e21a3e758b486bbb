import { randomUUID } from 'node:crypto'
import type { BuildWithFiles } from '../../model/build.ts'
import type { Deployment, TargetName } from '../../model/deployment.ts'
import type { DeploymentPlan } from '../../model/deployment-target.ts'
import type { DeploymentId } from '../../model/ids.ts'
import type { Server } from '../../model/server.ts'
import { loadBuild } from '../../registry/build-store.ts'
import { findDeployment } from '../../registry/deployment-store.ts'
import { buildServer } from '../build-server.ts'
import { loadSurroundings } from '../build-surroundings.ts'
import { versionUnknown } from '../version-unknown.ts'
import type { Services } from '../services.ts'

interface PlannedDeploy {
  readonly target: TargetName
  readonly settings: Deployment['settings']
  /** Absent: the current definition, which is built for it. */
  readonly version?: number | undefined
}

/**
 * What a deploy would do: nothing but a build is made for it.
 * @throws MetaError what the target refuses, BUILD_FAILED, VERSION_UNKNOWN
 */
export async function planDeploy(
  server: Server,
  { target, settings, version }: PlannedDeploy,
  services: Services,
  signal: AbortSignal,
  tell: (message: string) => void,
): Promise<DeploymentPlan & { readonly version: number }> {
  const { tenantId } = server
  const build =
    version === undefined
      ? await buildServer(server, services, tenantId, signal, tell)
      : await findBuild(server, version, services)
  const { deployment, surroundings } = await services.db.as(tenantId, async (sql) => ({
    deployment: (await findDeployment(sql, tenantId, server.id, target)) ?? notYet(server, target),
    surroundings: await loadSurroundings(sql, tenantId, server, build),
  }))
  await services.secrets.load(tenantId, server.id)
  const request = { server, deployment, build, ...surroundings, settings, keep: keepNothing, tell }
  return { version: build.version, ...(await services.targets[target].plan(request)) }
}

async function keepNothing(): Promise<void> {
  throw new Error('A plan stores nothing.')
}

async function findBuild(server: Server, version: number, { db }: Services): Promise<BuildWithFiles> {
  const build = await db.as(server.tenantId, (sql) => loadBuild(sql, server.tenantId, server.id, version))
  if (!build) throw versionUnknown(server.name, version)
  return build
}

/** What the row of a first deploy would be. */
function notYet({ id, tenantId, name }: Server, target: TargetName): Deployment {
  return {
    // Ids are UUIDs with a brand.
    id: randomUUID() as string as DeploymentId,
    tenantId,
    serverId: id,
    target,
    status: 'pending',
    statusMessage: null,
    buildId: null,
    endpointUrl: null,
    slug: name,
    port: null,
    daemonId: null,
    leaseUntil: null,
    image: null,
    tokenHash: null,
    settings: {},
    wantedSettings: {},
    state: {},
    openApproval: null,
    seen: null,
    requestCount: 0,
    lastRequestAt: null,
    startedAt: null,
    stoppedAt: null,
    deletedAt: null,
    createdAt: new Date(),
  }
}
