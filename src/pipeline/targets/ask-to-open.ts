import { defaults } from '../../config/defaults.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { DeploymentRequest } from '../../model/deployment-target.ts'
import { digestOfStakes } from '../../model/stakes.ts'
import { findBuildContents } from '../../registry/build-store.ts'
import { putInboxItem } from '../../registry/inbox-store.ts'
import type { Services } from '../services.ts'

/** Has a deployment that a target refused to open to everybody wait for a person. Everything else is left alone. */
export async function askToOpen(
  error: unknown,
  { server, build, deployment }: Pick<DeploymentRequest, 'server' | 'build' | 'deployment'>,
  { db }: Pick<Services, 'db'>,
  requestedBy: string,
): Promise<void> {
  if (!(error instanceof MetaError) || error.code !== 'TARGET_NOT_PROTECTED') return
  const { tenantId } = server
  const contents = await db.as(tenantId, (sql) => findBuildContents(sql, tenantId, build.id))
  if (!contents) return
  const request = {
    kind: 'open-server',
    target: deployment.target,
    stakes: error.message,
    digest: digestOfStakes(contents),
  } as const
  // A full inbox loses the question, not the refusal: it is asked again with the next deploy.
  await db.as(tenantId, (sql) =>
    putInboxItem(sql, tenantId, { serverId: server.id, request, requestedBy }, defaults.inbox.items),
  )
}
