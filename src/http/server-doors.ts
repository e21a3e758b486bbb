import type { Response } from 'express'
import { MetaError } from '../errors/meta-error.ts'
import type { JobId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Services } from '../pipeline/services.ts'
import { deploymentToken } from '../pipeline/deploy-build.ts'
import { notDeployed } from '../pipeline/queue-work.ts'
import { findDeployment, listDeployments } from '../registry/deployment-store.ts'
import { listServers, requireServer } from '../registry/server-store.ts'

/** `GET /servers`: name, status and where each runs. */
export async function listServersDoor(
  response: Response,
  { db, targets }: Services,
  { tenantId }: Principal,
): Promise<void> {
  const { servers, deployments } = await db.as(tenantId, async (sql) => ({
    servers: (await listServers(sql, tenantId, { limit: 1_000 })).servers,
    deployments: await listDeployments(sql, tenantId),
  }))
  const rows = await Promise.all(
    servers.map(async ({ id, name, status }) => {
      const deployment = deployments.find(({ serverId, status: state }) => serverId === id && state !== 'deleted')
      const running = deployment && (await targets[deployment.target].status(deployment))
      return {
        name,
        status: deployment?.status ?? status,
        port: deployment?.port ?? null,
        pid: running?.pid ?? null,
        url: deployment?.endpointUrl ?? null,
        message: deployment?.statusMessage ?? null,
      }
    }),
  )
  response.json({ servers: rows })
}

/** `GET /servers/{name}/endpoint`: how the owner's own clients reach a deployed server. */
export async function showEndpointDoor(
  name: string,
  response: Response,
  services: Services,
  { tenantId }: Principal,
): Promise<void> {
  const deployment = await services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, name)
    return findDeployment(sql, tenantId, server.id, 'local')
  })
  if (!deployment?.endpointUrl || deployment.status !== 'running') throw notDeployed(name, 'local')
  response.json({
    url: deployment.endpointUrl,
    shared_url: `${services.baseUrl}/s/${deployment.slug}/mcp`,
    token: deploymentToken(services, deployment.id),
  })
}

/** `GET /jobs/{id}`: how far the work of an upload is. */
export async function showJobDoor(
  id: string,
  response: Response,
  { queue }: Services,
  { tenantId }: Principal,
): Promise<void> {
  const isJobId = /^[0-9a-f-]{36}$/i.test(id)
  // A JobId is a UUID, as just checked.
  const job = isJobId ? await queue.find(tenantId, id as JobId) : undefined
  if (!job)
    throw new MetaError('SERVER_UNKNOWN', `There is no job "${id}".`, 'Use the id that POST /upload-openapi answered.')
  response.json({ job: id, ...job })
}
