import type { Deployment } from '../model/deployment.ts'
import type { DeploymentRequest } from '../model/deployment-target.ts'
import { loadBuildById } from '../registry/build-store.ts'
import { renewLeases } from '../registry/deployment-lease.ts'
import { listActiveDeployments, updateDeployment } from '../registry/deployment-store.ts'
import { findServerById } from '../registry/server-store.ts'
import { loadSurroundings } from './build-surroundings.ts'
import { LEASE_MS } from './deploy-build.ts'
import type { Services } from './services.ts'

/**
 * Puts up again what this daemon had up when it ended; each sleeps until its first request. What was still being
 * deployed is left to its job, which the queue hands out again.
 */
export async function restoreDeployments(
  services: Pick<Services, 'db' | 'daemonId' | 'secrets'>,
  restore: (request: DeploymentRequest) => Promise<{ endpointUrl: string; port: number | null }>,
): Promise<void> {
  const active = await services.db.asSystem((sql) => listActiveDeployments(sql, services.daemonId))
  for (const deployment of active.filter(isRunningHere)) {
    try {
      await restoreOne(deployment, services, restore)
    } catch (error) {
      console.error(`${deployment.slug} could not be put up again:`, error)
      const statusMessage = `It could not be put up again: ${error instanceof Error ? error.message : String(error)}`
      await services.db.as(deployment.tenantId, (sql) =>
        updateDeployment(sql, deployment.tenantId, deployment.id, { status: 'failed', statusMessage }),
      )
    }
  }
}

function isRunningHere({ target, status, buildId }: Deployment): boolean {
  return target === 'local' && status === 'running' && buildId !== null
}

async function restoreOne(
  deployment: Deployment,
  { db, secrets }: Pick<Services, 'db' | 'secrets'>,
  restore: (request: DeploymentRequest) => Promise<{ endpointUrl: string; port: number | null }>,
): Promise<void> {
  const { tenantId, serverId, buildId } = deployment
  const request = await db.as(tenantId, async (sql): Promise<DeploymentRequest | undefined> => {
    const server = await findServerById(sql, tenantId, serverId)
    const build = buildId && (await loadBuildById(sql, tenantId, buildId))
    if (!server || !build) return undefined
    const surroundings = await loadSurroundings(sql, tenantId, server, build)
    const { settings } = deployment
    // Nobody waits, and what runs here has nothing to store.
    return { server, deployment, build, ...surroundings, settings, keep: async () => {}, tell: () => {} }
  })
  if (!request) throw new Error('Its server or build is gone.')
  await secrets.load(tenantId, serverId)
  const applied = await restore(request)
  const statusMessage = describeMove(deployment.port, applied.port)
  if (statusMessage) console.error(`${deployment.slug}: ${statusMessage}`)
  await db.as(tenantId, (sql) => updateDeployment(sql, tenantId, deployment.id, { ...applied, statusMessage }))
}

/** Clients over HTTP were told the port that it had. */
function describeMove(had: number | null, has: number | null): string | null {
  if (had === null || has === had) return null
  return `Port ${had} is used by another program: it listens on ${has} now. "mcpwright endpoint" prints the new address for clients over HTTP; others do not notice.`
}

/** Renews this daemon's leases until the returned function is called. */
export function keepLeases({ db, daemonId }: Pick<Services, 'db' | 'daemonId'>): () => void {
  const timer = setInterval(() => {
    // A lease that could not be renewed runs out; the next beat takes it again.
    db.asSystem((sql) => renewLeases(sql, daemonId, LEASE_MS)).catch((error: unknown) =>
      console.error('leases:', error),
    )
  }, LEASE_MS / 3)
  timer.unref()
  return () => clearInterval(timer)
}
