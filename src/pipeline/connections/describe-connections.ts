import type { Sql } from '../../db/db.ts'
import { type Connection, hostOf } from '../../model/connection.ts'
import type { ServerId, TenantId } from '../../model/ids.ts'
import { isHostApproved, listConnections } from '../../registry/connection-store.ts'
import { listToolDigests } from '../../registry/connection-tool-store.ts'
import { cleanLine } from '../../../generators/importers/openapi/clean-text.ts'
import { stateOf, type ToolDigests } from './describe-tools.ts'

/** What get_server tells of the connections of a server. */
export interface DescribedConnection {
  readonly name: string
  readonly url: string
  readonly state: 'connected' | 'waiting'
  readonly tools: number
  /** Tools that differ from what was allowed, that are gone, and that were not there when it was connected. */
  readonly changed?: readonly string[]
  readonly gone?: readonly string[]
  readonly new?: readonly string[]
}

const NAMED = 20

export async function describeConnections(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly DescribedConnection[]> {
  const described: DescribedConnection[] = []
  for (const connection of await listConnections(sql, tenantId, serverId)) {
    const tools = await listToolDigests(sql, { tenantId, serverId, connection: connection.name })
    const isApproved = await isHostApproved(sql, tenantId, hostOf(connection))
    described.push(describe(connection, tools, isApproved))
  }
  return described
}

function describe(connection: Connection, tools: readonly ToolDigests[], isApproved: boolean): DescribedConnection {
  const named = (wanted: ReturnType<typeof stateOf>) =>
    tools
      .filter((tool) => stateOf(connection, tool) === wanted)
      .map(({ tool }) => cleanLine(tool, 100))
      .slice(0, NAMED)
  const [changed, gone, waiting] = [named('changed'), named('gone'), named('waiting')]
  return {
    name: connection.name,
    url: connection.url,
    state: isApproved ? 'connected' : 'waiting',
    tools: tools.filter(({ pinned }) => pinned).length,
    ...(changed.length > 0 && { changed }),
    ...(gone.length > 0 && { gone }),
    ...(isApproved && waiting.length > 0 && { new: waiting }),
  }
}
