import type { Resource } from '@modelcontextprotocol/server'
import type { Principal } from '../../model/principal.ts'
import type { Server } from '../../model/server.ts'
import type { Services } from '../../pipeline/services.ts'
import { listServers } from '../../registry/server-store.ts'
import { guides } from './guides.ts'
import { guideUri, serverUri } from './resource-uris.ts'

const PAGE = 100

/** The guides, on the first page, and every server by name. 2026-07-28, server/resources. */
export async function listResources(
  cursor: string | undefined,
  { db }: Pick<Services, 'db'>,
  { tenantId }: Principal,
): Promise<{ resources: Resource[]; nextCursor?: string }> {
  const page = await db.as(tenantId, (sql) =>
    listServers(sql, tenantId, { limit: PAGE, ...(cursor !== undefined && { cursor }) }),
  )
  const servers = page.servers.map(serverResource)
  const resources = cursor === undefined ? [...guideResources, ...servers] : servers
  return { resources, ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }) }
}

const guideResources: readonly Resource[] = guides.map(({ topic, title, description }) => ({
  uri: guideUri(topic),
  name: `guide-${topic}`,
  title,
  description,
  mimeType: 'text/markdown',
}))

function serverResource({ name, description, status, updatedAt }: Server): Resource {
  return {
    uri: serverUri(name),
    name,
    title: `${name} (${status})`,
    description: description.slice(0, 200),
    mimeType: 'application/json',
    annotations: { lastModified: updatedAt.toISOString() },
  }
}
