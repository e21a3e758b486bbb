import type { Sql } from '../db/db.ts'
import { timeAfter } from '../db/time-after.ts'
import type { ServerId, TenantId } from '../model/ids.ts'
import type { Evaluation } from '../model/evaluation.ts'

interface EvaluationRow extends Omit<Evaluation, 'at'> {
  at: Date
}

/** Of one server: more tell nothing. */
const KEPT = 10

/** Keeps an evaluation; the oldest beyond ten are forgotten. */
export async function insertEvaluation(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  { version, score, questions, xml }: Omit<Evaluation, 'at'>,
): Promise<void> {
  await sql.query(
    `INSERT INTO evaluations (tenant_id, server_id, version, score, questions, xml, at)
     VALUES ($1, $2, $3, $4, $5, $6, ${timeAfter('evaluations', 'at')})`,
    [tenantId, serverId, version, score, questions, xml],
  )
  await sql.query(
    `DELETE FROM evaluations WHERE tenant_id = $1 AND server_id = $2 AND id NOT IN (
       SELECT id FROM evaluations WHERE tenant_id = $1 AND server_id = $2 ORDER BY at DESC, id LIMIT $3
     )`,
    [tenantId, serverId, KEPT],
  )
}

/** Newest first. */
export async function listEvaluations(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
): Promise<readonly Evaluation[]> {
  return sql.query<EvaluationRow>(
    `SELECT version, score, questions, xml, at FROM evaluations
     WHERE tenant_id = $1 AND server_id = $2 ORDER BY at DESC, id`,
    [tenantId, serverId],
  )
}
