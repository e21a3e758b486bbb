import { defaults } from '../../config/defaults.ts'
import type { Sql } from '../../db/db.ts'
import type { Connection, ConnectionTool } from '../../model/connection.ts'
import { findConnection } from '../../registry/connection-store.ts'
import { listConnectionTools, noteListedTools } from '../../registry/connection-tool-store.ts'
import { putInboxItem, removeInboxRequest } from '../../registry/inbox-store.ts'
import type { ConnectionTarget } from './connections.ts'
import type { Listing } from './list-upstream-tools.ts'

/**
 * Stores how a connected server lists its tools now. What differs from what a person allowed goes into the inbox; when
 * nothing does any more, it is taken out.
 * @param requestedBy  whose call found out
 * @returns undefined when the server has this connection no more
 */
export async function noteListing(
  sql: Sql,
  { tenantId, serverId, connection }: ConnectionTarget,
  listing: Listing,
  requestedBy: string,
): Promise<readonly ConnectionTool[] | undefined> {
  const stored = await findConnection(sql, tenantId, serverId, connection.name)
  if (stored?.url !== connection.url) return undefined
  const place = { tenantId, serverId, connection: connection.name }
  await noteListedTools(sql, place, listing.tools)
  const tools = await listConnectionTools(sql, place)
  const request = changesRequest(connection, tools)
  if (request.changes.length === 0) await removeInboxRequest(sql, tenantId, serverId, request)
  else await putInboxItem(sql, tenantId, { serverId, request, requestedBy }, defaults.inbox.items)
  return tools
}

/** Allowed tools that are listed with another definition. */
function changesRequest({ name, url }: Connection, tools: readonly ConnectionTool[]) {
  const changes = tools.flatMap(({ tool, pinned, latest }) =>
    pinned && latest && pinned.digest !== latest.digest ? [{ tool, from: pinned.digest, to: latest.digest }] : [],
  )
  return { kind: 'changed-tools', connection: name, url, changes } as const
}
