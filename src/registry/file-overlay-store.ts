import type { Sql } from '../db/db.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { FileOverlay } from '../model/file-overlay.ts'

/** By path. */
export async function listFileOverlays(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly FileOverlay[]> {
  const rows = await sql.query<{ path: string; content: string | null; base: string | null }>(
    'SELECT path, content, base FROM file_overlays WHERE tenant_id = $1 AND server_id = $2 ORDER BY path COLLATE "C"',
    [tenantId, serverId],
  )
  return rows.map(({ path, content, base }) => ({ path, text: content, base }))
}

/** In the place of what was put over this path before. */
export async function putFileOverlay(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  { path, text, base }: FileOverlay,
): Promise<void> {
  await sql.query(
    `INSERT INTO file_overlays (tenant_id, server_id, path, content, base) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant_id, server_id, path)
     DO UPDATE SET content = excluded.content, base = excluded.base, changed_at = now()`,
    [tenantId, serverId, path, text, base],
  )
}

/** The generated file stands again; where nothing is generated, nothing does. */
export async function removeFileOverlay(sql: Sql, tenantId: TenantId, serverId: ServerId, path: string): Promise<void> {
  await sql.query('DELETE FROM file_overlays WHERE tenant_id = $1 AND server_id = $2 AND path = $3', [
    tenantId,
    serverId,
    path,
  ])
}
