import { readState } from '../../../runtime/targets/cloudflare/state.ts'
import type { Deployment, TargetName } from '../../model/deployment.ts'
import type { TenantId } from '../../model/ids.ts'
import { listDeployments } from '../../registry/deployment-store.ts'
import { requireServer } from '../../registry/server-store.ts'
import { deploymentToken } from '../deployment-token.ts'
import { notDeployed } from '../queue-work.ts'
import type { Services } from '../services.ts'
import { apiKeysOf } from './api-keys.ts'

/** How the owner's own clients reach a deployed server. */
export interface ServerEndpoint {
  readonly target: TargetName
  readonly url: string
  /** What they send as a bearer token; absent where none is asked for, or somebody else gives it out. */
  readonly token?: string
}

/**
 * @param wanted  absent: here, where it is up here, else wherever it is
 * @throws MetaError SERVER_UNKNOWN, SERVER_NOT_RUNNING
 */
export async function findServerEndpoint(
  name: string,
  wanted: string | undefined,
  services: Pick<Services, 'db' | 'ownerToken'>,
  tenantId: TenantId,
): Promise<{ readonly endpoint: ServerEndpoint; readonly deployment: Deployment }> {
  const deployments = await services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, name)
    return listDeployments(sql, tenantId, server.id)
  })
  const up = deployments.filter(({ status, endpointUrl }) => status === 'running' && endpointUrl !== null)
  const found =
    wanted === undefined
      ? (up.find(({ target }) => target === 'local') ?? up[0])
      : up.find(({ target }) => target === wanted)
  if (!found?.endpointUrl) throw notDeployed(name, wanted ?? 'local')
  const token = tokenOf(found, services)
  const endpoint = { target: found.target, url: found.endpointUrl, ...(token !== undefined && { token }) }
  return { endpoint, deployment: found }
}

/** What a published server asks of its callers: a key of ours, a login at who gives out tokens, or nothing. */
export function callersBring(deployment: Deployment): 'key' | 'login' | 'nothing' {
  const { protection = 'api-key' } = callersOf(deployment)
  return protection === 'api-key' ? 'key' : protection === 'none' ? 'nothing' : 'login'
}

function tokenOf(deployment: Deployment, services: Pick<Services, 'ownerToken'>): string | undefined {
  if (deployment.target === 'local') return deploymentToken(services, deployment.id)
  const { id } = deployment
  return callersBring(deployment) === 'key'
    ? apiKeysOf(services, { id, settings: callersOf(deployment) })[0]
    : undefined
}

/** While an older version serves too, callers bring what that one asks. */
function callersOf(deployment: Deployment): Deployment['settings'] {
  return readState(deployment)?.callers ?? deployment.settings
}
