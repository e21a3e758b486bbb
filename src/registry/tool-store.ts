import type { Sql } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, SourceId, TenantId } from '../model/ids.ts'
import type { Server } from '../model/server.ts'
import type { Effect, JsonSchema, ToolDefinition, ToolHandler } from '../model/tool-definition.ts'

/** A tool's columns, wherever tools are kept. */
export interface ToolRow {
  name: string
  title: string | null
  description: string
  effect: Effect
  input_schema: JsonSchema
  output_schema: JsonSchema | null
  tool_group: string | null
  handler: ToolHandler
}

export const TOOL_COLUMNS = 'name, title, description, effect, input_schema, output_schema, tool_group, handler'

export function toTool(row: ToolRow): ToolDefinition {
  return {
    name: row.name,
    ...(row.title !== null && { title: row.title }),
    description: row.description,
    effect: row.effect,
    inputSchema: row.input_schema,
    ...(row.output_schema !== null && { outputSchema: row.output_schema }),
    ...(row.tool_group !== null && { group: row.tool_group }),
    handler: row.handler,
  }
}

/**
 * Appends tools, in their order and in one statement.
 * @param sourceId  the description they were imported from
 * @throws MetaError TOOL_NAME_TAKEN naming those that the server has already, or that come twice
 */
export async function insertTools(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  tools: readonly ToolDefinition[],
  sourceId?: SourceId,
): Promise<void> {
  const rows = await sql.query<{ name: string }>(
    `INSERT INTO tools (tenant_id, server_id, source_id, position, ${TOOL_COLUMNS})
     SELECT $1::uuid, $2::uuid, $4::uuid, last.position + tool.number, tool.name, tool.title, tool.description,
       tool.effect, tool.input_schema, tool.output_schema, tool.tool_group, tool.handler
     FROM (SELECT coalesce(max(position), 0) AS position FROM tools WHERE tenant_id = $1 AND server_id = $2) AS last,
       ROWS FROM (json_to_recordset($3::json) AS (
         name text, title text, description text, effect text, "inputSchema" json, "outputSchema" json,
         "group" text, handler json
       )) WITH ORDINALITY
       AS tool (name, title, description, effect, input_schema, output_schema, tool_group, handler, number)
     ON CONFLICT DO NOTHING
     RETURNING name`,
    [tenantId, server.id, JSON.stringify(tools), sourceId ?? null],
  )
  if (rows.length < tools.length) throw namesTaken(server.name, notInserted(tools, rows))
}

/** The names of tools that were skipped; of two equal ones, the second. */
function notInserted(tools: readonly ToolDefinition[], rows: readonly { name: string }[]): readonly string[] {
  const inserted = new Set(rows.map(({ name }) => name))
  return tools.map(({ name }) => name).filter((name) => !inserted.delete(name))
}

function namesTaken(server: string, names: readonly string[]): MetaError {
  const [first = ''] = names
  const shown = names.slice(0, 10).map((name) => `"${name}"`)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  return new MetaError(
    'TOOL_NAME_TAKEN',
    names.length === 1
      ? `Server "${server}" already has a tool "${first}".`
      : `Server "${server}" already has tools named ${shown.join(', ')}${more}.`,
    'Pick another name, or remove the old tool first with remove_item.',
  )
}

/** Puts `tool` in the place of the one called `name`. False when there is none. */
export async function replaceTool(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  name: string,
  tool: ToolDefinition,
): Promise<boolean> {
  if (tool.name !== name && (await findTool(sql, tenantId, server.id, tool.name))) {
    throw namesTaken(server.name, [tool.name])
  }
  const rows = await sql.query(
    `UPDATE tools SET name = $4, title = $5, description = $6, effect = $7, input_schema = $8, output_schema = $9,
       tool_group = $10, handler = $11
     WHERE tenant_id = $1 AND server_id = $2 AND name = $3
     RETURNING name`,
    [
      tenantId,
      server.id,
      name,
      tool.name,
      tool.title ?? null,
      tool.description,
      tool.effect,
      JSON.stringify(tool.inputSchema),
      tool.outputSchema ? JSON.stringify(tool.outputSchema) : null,
      tool.group ?? null,
      JSON.stringify(tool.handler),
    ],
  )
  return rows.length > 0
}

/** @returns the names that were there */
export async function removeTools(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  names: readonly string[],
): Promise<readonly string[]> {
  const rows = await sql.query<{ name: string }>(
    'DELETE FROM tools WHERE tenant_id = $1 AND server_id = $2 AND name = ANY($3::text[]) RETURNING name',
    [tenantId, serverId, names],
  )
  return rows.map(({ name }) => name)
}

export async function removeTool(sql: Sql, tenantId: TenantId, serverId: ServerId, name: string): Promise<boolean> {
  return (await removeTools(sql, tenantId, serverId, [name])).length > 0
}

export async function findTool(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
): Promise<ToolDefinition | undefined> {
  const [row] = await sql.query<ToolRow>(
    `SELECT ${TOOL_COLUMNS} FROM tools WHERE tenant_id = $1 AND server_id = $2 AND name = $3`,
    [tenantId, serverId, name],
  )
  return row && toTool(row)
}

export async function listTools(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<readonly ToolDefinition[]> {
  const rows = await sql.query<ToolRow>(
    `SELECT ${TOOL_COLUMNS} FROM tools WHERE tenant_id = $1 AND server_id = $2 ORDER BY position`,
    [tenantId, serverId],
  )
  return rows.map(toTool)
}

/** What a tool is found by: a thousand of them are a tenth of their definitions. */
export interface ToolSummary {
  readonly name: string
  readonly description: string
  readonly group: string | undefined
  readonly effect: Effect
  /** Of an imported operation. */
  readonly path: string | undefined
}

/** In their order. */
export async function listToolSummaries(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly ToolSummary[]> {
  const rows = await sql.query<
    Pick<ToolRow, 'name' | 'description' | 'effect' | 'tool_group'> & { path: string | null }
  >(
    `SELECT name, description, effect, tool_group, handler #>> '{call,path}' AS path
     FROM tools WHERE tenant_id = $1 AND server_id = $2 ORDER BY position`,
    [tenantId, serverId],
  )
  return rows.map(({ name, description, effect, tool_group, path }) => ({
    name,
    description,
    group: tool_group ?? undefined,
    effect,
    path: path ?? undefined,
  }))
}

export async function countTools(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    'SELECT count(*) FROM tools WHERE tenant_id = $1 AND server_id = $2',
    [tenantId, serverId],
  )
  return row?.count ?? 0
}

/** In their order. */
export async function toolNames(sql: Sql, tenantId: TenantId, serverId: ServerId): Promise<readonly string[]> {
  const rows = await sql.query<{ name: string }>(
    'SELECT name FROM tools WHERE tenant_id = $1 AND server_id = $2 ORDER BY position',
    [tenantId, serverId],
  )
  return rows.map(({ name }) => name)
}

/** Tools of several servers at once, for a list. Servers without any are absent. */
export async function countToolsByServer(sql: Sql, tenantId: TenantId): Promise<ReadonlyMap<ServerId, number>> {
  const rows = await sql.query<{ server_id: ServerId; count: number }>(
    'SELECT server_id, count(*) FROM tools WHERE tenant_id = $1 GROUP BY server_id',
    [tenantId],
  )
  return new Map(rows.map((row) => [row.server_id, row.count]))
}

/** Says of tools that they were imported from another source. */
export async function moveTools(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  from: readonly SourceId[],
  to: SourceId,
): Promise<void> {
  await sql.query(
    'UPDATE tools SET source_id = $4 WHERE tenant_id = $1 AND server_id = $2 AND source_id = ANY($3::uuid[])',
    [tenantId, serverId, from, to],
  )
}
