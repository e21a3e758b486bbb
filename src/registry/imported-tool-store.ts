import type { Sql } from '../db/db.ts'
import type { ServerId, SourceId, TenantId } from '../model/ids.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { TOOL_COLUMNS, type ToolRow, toTool } from './tool-store.ts'

/** Remembers tools as a description gives them; what was remembered under their names is replaced. */
export async function upsertImportedTools(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  sourceId: SourceId,
  tools: readonly ToolDefinition[],
): Promise<void> {
  await sql.query(
    `INSERT INTO imported_tools (tenant_id, server_id, source_id, ${TOOL_COLUMNS})
     SELECT $1::uuid, $2::uuid, $3::uuid, tool.name, tool.title, tool.description, tool.effect, tool."inputSchema",
       tool."outputSchema", tool."group", tool.handler
     FROM json_to_recordset($4::json) AS tool (
       name text, title text, description text, effect text, "inputSchema" json, "outputSchema" json, "group" text,
       handler json
     )
     ON CONFLICT (tenant_id, server_id, name) DO UPDATE
     SET source_id = excluded.source_id, title = excluded.title, description = excluded.description,
       effect = excluded.effect, input_schema = excluded.input_schema, output_schema = excluded.output_schema,
       tool_group = excluded.tool_group, handler = excluded.handler`,
    [tenantId, serverId, sourceId, JSON.stringify(tools)],
  )
}

/** Those of some sources of a server, by name; tools that a person removed since are among them. */
export async function listImportedTools(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  sourceIds: readonly SourceId[],
): Promise<readonly ToolDefinition[]> {
  const rows = await sql.query<ToolRow>(
    `SELECT ${TOOL_COLUMNS} FROM imported_tools
     WHERE tenant_id = $1 AND server_id = $2 AND source_id = ANY($3::uuid[]) ORDER BY name`,
    [tenantId, serverId, sourceIds],
  )
  return rows.map(toTool)
}

/** Forgets what some sources gave, apart from the tools made of it. */
export async function removeImportedTools(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  sourceIds: readonly SourceId[],
): Promise<void> {
  await sql.query(
    'DELETE FROM imported_tools WHERE tenant_id = $1 AND server_id = $2 AND source_id = ANY($3::uuid[])',
    [tenantId, serverId, sourceIds],
  )
}
