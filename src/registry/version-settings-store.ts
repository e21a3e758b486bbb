import type { Sql } from '../db/db.ts'
import type { Deployment, TargetName } from '../model/deployment.ts'
import type { BuildId, TenantId } from '../model/ids.ts'

/** What a version was last deployed with at a target; undefined: it never served there, or before this was noted. */
export async function findVersionSettings(
  sql: Sql,
  tenantId: TenantId,
  buildId: BuildId,
  target: TargetName,
): Promise<Deployment['settings'] | undefined> {
  const [row] = await sql.query<{ settings: Deployment['settings'] }>(
    'SELECT settings FROM version_settings WHERE tenant_id = $1 AND build_id = $2 AND target = $3',
    [tenantId, buildId, target],
  )
  return row?.settings
}

/** In the place of those that it was deployed with before. */
export async function putVersionSettings(
  sql: Sql,
  tenantId: TenantId,
  buildId: BuildId,
  target: TargetName,
  settings: Deployment['settings'],
): Promise<void> {
  await sql.query(
    `INSERT INTO version_settings (tenant_id, build_id, target, settings) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, build_id, target) DO UPDATE SET settings = excluded.settings`,
    [tenantId, buildId, target, settings],
  )
}
