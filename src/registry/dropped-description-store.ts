import type { Sql } from '../db/db.ts'
import type { TenantId } from '../model/ids.ts'
import { insertSourceText, loadSourceText } from './source-store.ts'

interface DroppedDescription {
  readonly name: string
  readonly text: string
  readonly droppedBy: string
}

/** The newest of a name counts. */
export async function upsertDroppedDescription(
  sql: Sql,
  tenantId: TenantId,
  { name, text, droppedBy }: DroppedDescription,
): Promise<void> {
  const digest = await insertSourceText(sql, tenantId, text)
  await sql.query(
    `INSERT INTO dropped_descriptions (tenant_id, name, digest, dropped_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, name) DO UPDATE
     SET digest = excluded.digest, dropped_by = excluded.dropped_by, dropped_at = now()`,
    [tenantId, name, digest, droppedBy],
  )
}

/** Of all tenants. @param since  what was dropped before is forgotten; its text is then collected as unused */
export async function removeOldDroppedDescriptions(sql: Sql, since: Date): Promise<void> {
  await sql.query('DELETE FROM dropped_descriptions WHERE dropped_at < $1', [since])
}

/** @param since  what was dropped before is forgotten */
export async function findDroppedDescription(
  sql: Sql,
  tenantId: TenantId,
  name: string,
  since: Date,
): Promise<string | undefined> {
  await sql.query('DELETE FROM dropped_descriptions WHERE tenant_id = $1 AND dropped_at < $2', [tenantId, since])
  const [row] = await sql.query<{ digest: string }>(
    'SELECT digest FROM dropped_descriptions WHERE tenant_id = $1 AND name = $2',
    [tenantId, name],
  )
  return row && loadSourceText(sql, tenantId, row.digest)
}
