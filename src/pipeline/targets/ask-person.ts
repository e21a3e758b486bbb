import { defaults } from '../../config/defaults.ts'
import type { Sql } from '../../db/db.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { DeploymentRequest } from '../../model/deployment-target.ts'
import type { InboxRequest } from '../../model/inbox/inbox-item.ts'
import { digestOfStakes } from '../../model/stakes.ts'
import { findBuildContents } from '../../registry/build-store.ts'
import { putInboxItem } from '../../registry/inbox-store.ts'
import type { Services } from '../services.ts'

type Refused = Pick<DeploymentRequest, 'server' | 'build' | 'deployment'>

/** Puts into the inbox what a person can do about a refusal: to open the server to everybody, or to enter another token. */
export async function askPerson(
  error: unknown,
  refused: Refused,
  { db }: Pick<Services, 'db'>,
  requestedBy: string,
): Promise<void> {
  if (!(error instanceof MetaError)) return
  const { tenantId, id: serverId } = refused.server
  await db.as(tenantId, async (sql) => {
    const request = await requestFor(error, refused, sql)
    // A full inbox loses the question, not the refusal: it is asked again with the next deploy.
    if (request) await putInboxItem(sql, tenantId, { serverId, request, requestedBy }, defaults.inbox.items)
  })
}

async function requestFor(
  { code, message }: MetaError,
  { server, build, deployment: { target } }: Refused,
  sql: Sql,
): Promise<InboxRequest | undefined> {
  if (code === 'TARGET_FORBIDDEN') return { kind: 'target-token', target }
  if (code !== 'TARGET_NOT_PROTECTED') return undefined
  const contents = await findBuildContents(sql, server.tenantId, build.id)
  return contents && { kind: 'open-server', target, stakes: message, digest: digestOfStakes(contents) }
}
