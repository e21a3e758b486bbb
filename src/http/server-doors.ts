import type { Response } from 'express'
import { MetaError } from '../errors/meta-error.ts'
import type { JobId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import type { Services } from '../pipeline/services.ts'
import { findServerEndpoint } from '../pipeline/targets/find-endpoint.ts'
import { listDeployments } from '../registry/deployment-store.ts'
import { listServers } from '../registry/server-store.ts'

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
      const own = deployments.filter(({ serverId, status: state }) => serverId === id && state !== 'deleted')
      const deployment = own.find(({ target }) => target === 'local') ?? own[0]
      // Of other places it is said what is known: this answers at once, whatever the network does.
      const running = deployment?.target === 'local' ? await targets.local.status(deployment) : undefined
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

/** `GET /servers/{name}/endpoint?target=`: how the owner's own clients reach a deployed server. */
export async function showEndpointDoor(
  name: string,
  target: string | undefined,
  response: Response,
  services: Services,
  { tenantId }: Principal,
): Promise<void> {
  const { endpoint, deployment } = await findServerEndpoint(name, target, services, tenantId)
  response.json({
    ...endpoint,
    ...(endpoint.target === 'local' && { shared_url: `${services.baseUrl}/s/${deployment.slug}/mcp` }),
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
