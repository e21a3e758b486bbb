import type { Sql, SqlValue } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { PromptArgument, PromptCode, PromptDefinition, PromptMessage } from '../model/server-definition.ts'
import type { Server } from '../model/server.ts'

interface PromptRow {
  name: string
  description: string
  arguments: readonly PromptArgument[]
  messages: readonly PromptMessage[] | null
  code: Omit<PromptCode, 'kind'> | null
}

function toPrompt({ messages, code, ...prompt }: PromptRow): PromptDefinition {
  return { ...prompt, messages: code === null ? (messages ?? []) : { kind: 'code', ...code } }
}

function toValues({ name, description, arguments: args, messages }: PromptDefinition): readonly SqlValue[] {
  const isCode = 'kind' in messages
  return [
    name,
    description,
    JSON.stringify(args),
    isCode ? null : JSON.stringify(messages),
    isCode ? JSON.stringify({ source: messages.source, hosts: messages.hosts }) : null,
  ]
}

/** @throws MetaError PROMPT_NAME_TAKEN */
export async function insertPrompt(
  sql: Sql,
  tenantId: TenantId,
  server: Pick<Server, 'id' | 'name'>,
  prompt: PromptDefinition,
): Promise<void> {
  const rows = await sql.query(
    `INSERT INTO prompts (tenant_id, server_id, position, name, description, arguments, messages, code)
     SELECT $1::uuid, $2::uuid, coalesce(max(position), 0) + 1, $3, $4, $5::json, $6::json, $7::json
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
    `UPDATE prompts SET name = $4, description = $5, arguments = $6, messages = $7, code = $8
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
  const rows = await sql.query<PromptRow>(
    `SELECT name, description, arguments, messages, code FROM prompts
     WHERE tenant_id = $1 AND server_id = $2 ORDER BY position`,
    [tenantId, serverId],
  )
  return rows.map(toPrompt)
}

function promptTaken(server: string, name: string): MetaError {
  return new MetaError(
    'PROMPT_NAME_TAKEN',
    `Server "${server}" already has a prompt "${name}".`,
    'Pick another name, or remove the old prompt first with remove_item.',
  )
}
