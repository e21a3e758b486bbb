import type { Sql } from '../../db/db.ts'
import { type Connection, isWanted } from '../../model/connection.ts'
import type { ServerId, TenantId } from '../../model/ids.ts'
import { unpinTools } from '../../registry/connection-tool-store.ts'
import { bumpRevision } from '../../registry/server-store.ts'
import { listTools, removeTools } from '../../registry/tool-store.ts'

/**
 * Takes tools of a connection out of the draft that are wanted no more.
 * @param connection  `tools: []` wants none
 * @returns their names at the connected server
 */
export async function withdrawTools(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  connection: Pick<Connection, 'name' | 'tools'>,
): Promise<readonly string[]> {
  const gone = (await listTools(sql, tenantId, serverId)).flatMap(({ name, handler }) => {
    const isOurs = handler.kind === 'external' && handler.connection === connection.name
    return isOurs && !isWanted(connection, handler.tool) ? [{ name, tool: handler.tool }] : []
  })
  if (gone.length === 0) return []
  const tools = gone.map(({ tool }) => tool)
  await removeTools(
    sql,
    tenantId,
    serverId,
    gone.map(({ name }) => name),
  )
  await unpinTools(sql, { tenantId, serverId, connection: connection.name }, tools)
  await bumpRevision(sql, tenantId, serverId)
  return tools
}
