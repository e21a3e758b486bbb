import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'

/** What add_tool was given. */
export type DraftInput = Readonly<Record<string, unknown>>

/** Keeps a refused tool, in the place of an older draft of that name. */
export async function putToolDraft(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
  input: DraftInput,
): Promise<void> {
  await sql.query(
    `INSERT INTO tool_drafts (tenant_id, server_id, name, input) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, server_id, name) DO UPDATE SET input = excluded.input, refused_at = now()`,
    [tenantId, serverId, name, JSON.stringify(input)],
  )
}

export async function findToolDraft(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  name: string,
): Promise<DraftInput | undefined> {
  const [row] = await sql.query<{ input: DraftInput }>(
    'SELECT input FROM tool_drafts WHERE tenant_id = $1 AND server_id = $2 AND name = $3',
    [tenantId, serverId, name],
  )
  return row?.input
}

export async function removeToolDraft(sql: Sql, tenantId: TenantId, serverId: ServerId, name: string): Promise<void> {
  await sql.query('DELETE FROM tool_drafts WHERE tenant_id = $1 AND server_id = $2 AND name = $3', [
    tenantId,
    serverId,
    name,
  ])
}
