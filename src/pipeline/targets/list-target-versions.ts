import type { TargetName } from '../../model/deployment.ts'
import type { TargetUsage, TargetVersion } from '../../model/deployment-target.ts'
import type { ServerId, TenantId } from '../../model/ids.ts'
import { renderError } from '../../errors/render.ts'
import { listDeployments } from '../../registry/deployment-store.ts'
import type { Services } from '../services.ts'

/** What a place other than this machine has of a server; or why it could not be asked. */
export interface VersionsElsewhere {
  readonly target: TargetName
  readonly versions: readonly TargetVersion[] | Unknown
  /** Absent where the place does not count. */
  readonly usage?: TargetUsage | Unknown
}

interface Unknown {
  readonly unknown: string
}

/** Asks every place that a server is deployed to and that keeps versions of its own. */
export async function listTargetVersions(
  serverId: ServerId,
  { db, targets, sightings }: Pick<Services, 'db' | 'targets' | 'sightings'>,
  tenantId: TenantId,
): Promise<readonly VersionsElsewhere[]> {
  const deployments = await db.as(tenantId, (sql) => listDeployments(sql, tenantId, serverId))
  const elsewhere = deployments.filter(({ target, status }) => target !== 'local' && status !== 'deleted')
  return Promise.all(
    elsewhere.map(async (deployment) => {
      const { target } = deployment
      const [versions = [], usage, gone] = await Promise.all([
        targets[target].versions?.(deployment).catch(unknown),
        targets[target].usage?.(deployment).catch(unknown),
        sightings.look(deployment),
      ])
      return { target, versions: gone === undefined ? versions : { unknown: gone }, ...(usage && { usage }) }
    }),
  )
}

function unknown(error: unknown): Unknown {
  return { unknown: renderError(error).message }
}
