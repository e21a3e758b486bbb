import type { Sql } from '../db/db.ts'
import type { ConnectionTool, OfferedTool, PinnedTool } from '../model/connection.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

interface ToolRow {
  tool: string
  pinned_digest: string | null
  pinned: OfferedTool | null
  latest_digest: string | null
  latest: OfferedTool | null
}

/** One connection of a server. */
export interface ConnectionPlace {
  readonly tenantId: TenantId
  readonly serverId: ServerId
  readonly connection: string
}

/** In the order in which they were listed. */
export async function listConnectionTools(
  sql: Sql,
  { tenantId, serverId, connection }: ConnectionPlace,
): Promise<readonly ConnectionTool[]> {
  const rows = await sql.query<ToolRow>(
    `SELECT tool, pinned_digest, pinned, latest_digest, latest FROM connection_tools
     WHERE tenant_id = $1 AND server_id = $2 AND connection = $3 ORDER BY position, tool`,
    [tenantId, serverId, connection],
  )
  return rows.map((row) => ({
    tool: row.tool,
    ...partOf('pinned', row.pinned_digest, row.pinned),
    ...partOf('latest', row.latest_digest, row.latest),
  }))
}

/** The same without definitions, which may be large. */
export async function listToolDigests(
  sql: Sql,
  { tenantId, serverId, connection }: ConnectionPlace,
): Promise<readonly { tool: string; pinned?: { digest: string }; latest?: { digest: string } }[]> {
  const rows = await sql.query<Pick<ToolRow, 'tool' | 'pinned_digest' | 'latest_digest'>>(
    `SELECT tool, pinned_digest, latest_digest FROM connection_tools
     WHERE tenant_id = $1 AND server_id = $2 AND connection = $3 ORDER BY position, tool`,
    [tenantId, serverId, connection],
  )
  return rows.map(({ tool, pinned_digest: pinned, latest_digest: latest }) => ({
    tool,
    ...(pinned !== null && { pinned: { digest: pinned } }),
    ...(latest !== null && { latest: { digest: latest } }),
  }))
}

function partOf(name: 'pinned' | 'latest', digest: string | null, definition: OfferedTool | null) {
  return digest !== null && definition !== null ? { [name]: { digest, definition } } : {}
}

/** Stores how a connected server lists its tools now; what it lists no more stays where it is pinned. */
export async function noteListedTools(
  sql: Sql,
  { tenantId, serverId, connection }: ConnectionPlace,
  listed: readonly PinnedTool[],
): Promise<void> {
  const names = listed.map(({ definition }) => definition.name)
  await sql.query(
    `DELETE FROM connection_tools WHERE tenant_id = $1 AND server_id = $2 AND connection = $3
     AND pinned IS NULL AND tool <> ALL($4::text[])`,
    [tenantId, serverId, connection, names],
  )
  await sql.query(
    `UPDATE connection_tools SET latest = NULL, latest_digest = NULL
     WHERE tenant_id = $1 AND server_id = $2 AND connection = $3 AND tool <> ALL($4::text[])`,
    [tenantId, serverId, connection, names],
  )
  await sql.query(
    `INSERT INTO connection_tools (tenant_id, server_id, connection, tool, position, latest_digest, latest)
     SELECT $1::uuid, $2::uuid, $3, listed.definition->>'name', listed.number, listed.digest, listed.definition
     FROM ROWS FROM (json_to_recordset($4::json) AS (digest text, definition json)) WITH ORDINALITY
       AS listed (digest, definition, number)
     ON CONFLICT (tenant_id, server_id, connection, tool) DO UPDATE
     SET latest_digest = excluded.latest_digest, latest = excluded.latest, position = excluded.position`,
    [tenantId, serverId, connection, JSON.stringify(listed)],
  )
}

/**
 * Allows tools as they were last listed.
 * @param tools  with the digests that were shown to who allows them
 * @returns the tools that were allowed; one that has changed since is not among them
 */
export async function pinTools(
  sql: Sql,
  { tenantId, serverId, connection }: ConnectionPlace,
  tools: readonly { readonly tool: string; readonly digest: string }[],
): Promise<readonly PinnedTool[]> {
  const rows = await sql.query<{ pinned_digest: string; pinned: OfferedTool }>(
    `UPDATE connection_tools SET pinned = latest, pinned_digest = latest_digest
     FROM json_to_recordset($4::json) AS wanted (tool text, digest text)
     WHERE tenant_id = $1 AND server_id = $2 AND connection = $3
       AND connection_tools.tool = wanted.tool AND latest_digest = wanted.digest
     RETURNING pinned_digest, pinned`,
    [tenantId, serverId, connection, JSON.stringify(tools)],
  )
  return rows.map(({ pinned_digest: digest, pinned: definition }) => ({ digest, definition }))
}

/** They are offered no more. */
export async function unpinTools(
  sql: Sql,
  { tenantId, serverId, connection }: ConnectionPlace,
  tools: readonly string[],
): Promise<void> {
  await sql.query(
    `UPDATE connection_tools SET pinned = NULL, pinned_digest = NULL
     WHERE tenant_id = $1 AND server_id = $2 AND connection = $3 AND tool = ANY($4::text[])`,
    [tenantId, serverId, connection, tools],
  )
}
