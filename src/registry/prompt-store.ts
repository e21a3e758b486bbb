import type { Sql, SqlValue } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { PromptDefinition } from '../model/server-definition.ts'
import type { Server } from '../model/server.ts'

/** Its columns are named as the model's properties are. */
type PromptRow = PromptDefinition

function toValues(prompt: PromptDefinition): readonly SqlValue[] {
  return [prompt.name, prompt.description, JSON.stringify(prompt.arguments), JSON.stringify(prompt.messages)]
}

/** @throws MetaError PROMPT_NAME_TAKEN */
export async function insertPrompt(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  prompt: PromptDefinition,
): Promise<void> {
  const rows = await sql.query(
    `INSERT INTO prompts (tenant_id, server_id, position, name, description, arguments, messages)
     SELECT $1::uuid, $2::uuid, coalesce(max(position), 0) + 1, $3, $4, $5::json, $6::json
     FROM prompts WHERE tenant_id = $1 AND server_id = $2
     ON CONFLICT DO NOTHING
     RETURNING name`,
    [tenantId, server.id, ...toValues(prompt)],
  )
  if (rows.length === 0) throw promptTaken(server.name, prompt.name)
}

/** Puts `prompt` in the place of the one called `name`. False when there is none. */
export async function replacePrompt(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  name: string,
  prompt: PromptDefinition,
): Promise<boolean> {
  const others = await sql.query(
    'SELECT 1 FROM prompts WHERE tenant_id = $1 AND server_id = $2 AND name <> $3 AND name = $4',
    [tenantId, server.id, name, prompt.name],
  )
  if (others.length > 0) throw promptTaken(server.name, prompt.name)
  const rows = await sql.query(
    `UPDATE prompts SET name = $4, description = $5, arguments = $6, messages = $7
     WHERE tenant_id = $1 AND server_id = $2 AND name = $3
     RETURNING name`,
    [tenantId, server.id, name, ...toValues(prompt)],
  )
  return rows.length > 0
}

export async function removePrompt(sql: Sql, tenantId: TenantId, serverId: ServerId, name: string): Promise<boolean> {
  const rows = await sql.query(
    'DELETE FROM prompts WHERE tenant_id = $1 AND server_id = $2 AND name = $3 RETURNING name',
    [tenantId, serverId, name],
  )
  return rows.length > 0
}

export async function listPrompts(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly PromptDefinition[]> {
  return sql.query<PromptRow>(
    `SELECT name, description, arguments, messages FROM prompts
     WHERE tenant_id = $1 AND server_id = $2 ORDER BY position`,
    [tenantId, serverId],
  )
}

function promptTaken(server: string, name: string): MetaError {
  return new MetaError(
    'PROMPT_NAME_TAKEN',
    `Server "${server}" already has a prompt "${name}".`,
    'Pick another name, or remove the old prompt first with remove_item.',
  )
}
