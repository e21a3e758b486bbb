import type { Sql } from '../../db/db.ts'
import type { ServerId, TenantId } from '../../model/ids.ts'
import { removeConnectionRow, findConnection } from '../../registry/connection-store.ts'
import { unpinTools } from '../../registry/connection-tool-store.ts'
import { removeInboxRequest } from '../../registry/inbox-store.ts'
import { findTool, removeTool } from '../../registry/tool-store.ts'
import { withdrawTools } from './withdraw-tools.ts'

/** Takes a connection, its tools and what waits about it out of the draft. @returns whether there was one */
export async function removeConnection(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
): Promise<boolean> {
  const connection = await findConnection(sql, tenantId, serverId, name)
  if (!connection) return false
  await withdrawTools(sql, tenantId, serverId, { name, tools: [] })
  const { url } = connection
  await removeInboxRequest(sql, tenantId, serverId, { kind: 'connection', connection: name, url, tools: [] })
  await removeInboxRequest(sql, tenantId, serverId, { kind: 'changed-tools', connection: name, url, changes: [] })
  return removeConnectionRow(sql, tenantId, serverId, name)
}

/** A tool of a connection that is removed is no longer allowed either: what becomes of it is nobody's concern. */
export async function removeToolAndPin(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
): Promise<boolean> {
  const tool = await findTool(sql, tenantId, serverId, name)
  if (tool?.handler.kind === 'external') {
    const { connection, tool: upstreamName } = tool.handler
    await unpinTools(sql, { tenantId, serverId, connection }, [upstreamName])
  }
  return removeTool(sql, tenantId, serverId, name)
}
