import type { Sql } from '../db/db.ts'
import type { Deployment, Sighting } from '../model/deployment.ts'

/**
 * Notes what was found of a deployment that is up, as long as it is the one that was looked for.
 * @param failure  it is there no more: for people
 * @returns whether it was noted; not when another deploy, or a stop, has come in between
 */
export async function noteSighting(
  sql: Sql,
  { tenantId, id, startedAt }: Pick<Deployment, 'tenantId' | 'id' | 'startedAt'>,
  seen: Sighting,
  failure: string | null,
): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE deployments SET seen = $3,
       status = CASE WHEN $4::text IS NULL THEN status ELSE 'failed' END,
       status_message = coalesce($4, status_message)
     WHERE tenant_id = $1 AND id = $2 AND status = 'running' AND started_at IS NOT DISTINCT FROM $5
     RETURNING id`,
    [tenantId, id, seen, failure, startedAt],
  )
  return rows.length > 0
}
