/**
 * What pg-boss has no call for, on its table: https://github.com/timgit/pg-boss, version pinned in package.json.
 * States are ordered: created, retry, active, completed, cancelled, failed.
 */
import type { Sql } from '../db/db.ts'
import type { JobId, ServerId, TenantId } from '../model/ids.ts'
import { CLAIM_LIMIT, QUEUE_SCHEMA } from './boss.ts'
import type { Job, JobFailure, JobRecord, JobState } from './queue.ts'

/** What a settled job leaves behind, and one that waits for its next try. */
export type JobOutput =
  | { readonly result: unknown }
  /** `failures` counts the tries that failed. */
  | { readonly failure: JobFailure; readonly failures: number }
  /** Somebody wants it given up; what was there before stands beside it. */
  | { readonly cancelled: true }

interface JobRow {
  state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed'
  output: JobOutput | null
}

export async function findJobState(sql: Sql, tenantId: TenantId, id: JobId): Promise<JobState | undefined> {
  return (await findJob(sql, tenantId, id))?.state
}

export async function findJob(sql: Sql, tenantId: TenantId, id: JobId): Promise<JobRecord | undefined> {
  const [row] = await sql.query<JobRow & { data: Job; created_on: Date; changed_on: Date }>(
    // By queue, as the table's key begins with its name.
    `SELECT job.state, job.output, job.data, job.created_on,
            coalesce(job.completed_on, job.started_on, job.created_on) AS changed_on
     FROM ${QUEUE_SCHEMA}.queue JOIN ${QUEUE_SCHEMA}.job USING (name)
     WHERE job.id = $1 AND job.data->>'tenantId' = $2`,
    [id, tenantId],
  )
  return row && { job: row.data, state: toJobState(row), createdAt: row.created_on, changedAt: row.changed_on }
}

/** Notes that a job is to be given up, where it is not settled yet. @returns whether it was */
export async function wishJobCancelled(sql: Sql, tenantId: TenantId, id: JobId): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE ${QUEUE_SCHEMA}.job SET output = coalesce(output, '{}'::jsonb) || '{"cancelled": true}'::jsonb
     WHERE id = $1 AND data->>'tenantId' = $2 AND state < 'completed'
       AND name IN (SELECT name FROM ${QUEUE_SCHEMA}.queue)
     RETURNING id`,
    [id, tenantId],
  )
  return rows.length > 0
}

export async function isJobCancelled(sql: Sql, name: string, id: string): Promise<boolean> {
  const rows = await sql.query(
    `SELECT id FROM ${QUEUE_SCHEMA}.job WHERE name = $1 AND id = $2 AND output ? 'cancelled'`,
    [name, id],
  )
  return rows.length > 0
}

function toJobState({ state, output }: JobRow): JobState {
  if (state === 'created' || state === 'retry') return { state: 'waiting' }
  if (state === 'active') return { state: 'active' }
  if (output && 'failure' in output) return { state: 'failed', error: output.failure }
  return { state: 'done', output: output && 'result' in output ? output.result : undefined }
}

export async function findPendingJob(
  sql: Sql,
  tenantId: TenantId,
  serverId: ServerId,
  kind: Job['kind'],
): Promise<JobId | undefined> {
  const [row] = await sql.query<{ id: JobId }>(
    `SELECT job.id FROM ${QUEUE_SCHEMA}.queue JOIN ${QUEUE_SCHEMA}.job USING (name)
     WHERE job.singleton_key = $1 AND job.state < 'completed' AND job.data->>'kind' = $2
       AND job.data->>'tenantId' = $3 AND queue.policy = 'key_strict_fifo'
       AND NOT coalesce(job.output ? 'cancelled', false)
     ORDER BY job.created_on, job.id LIMIT 1`,
    [serverId, kind, tenantId],
  )
  return row?.id
}

/** In all daemons. */
export async function countPendingJobs(sql: Sql, tenantId: TenantId): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${QUEUE_SCHEMA}.queue JOIN ${QUEUE_SCHEMA}.job USING (name)
     WHERE job.state < 'completed' AND job.data->>'tenantId' = $1 AND queue.policy = 'key_strict_fifo'`,
    [tenantId],
  )
  return row?.count ?? 0
}

/** Makes the jobs that a daemon held when it died ready at once. The daemon must not be working yet. */
export async function takeBackJobs(sql: Sql, name: string): Promise<void> {
  await sql.query(
    `UPDATE ${QUEUE_SCHEMA}.job SET state = 'retry', start_after = now(), heartbeat_on = NULL
     WHERE name = $1 AND state = 'active' AND retry_count < $2`,
    [name, CLAIM_LIMIT],
  )
}

/** Gives one job back untried, as when the daemon stops; not when it is another attempt's by now. */
export async function putBackJob(
  sql: Sql,
  name: string,
  { id, retryCount }: { readonly id: string; readonly retryCount: number },
): Promise<void> {
  await sql.query(
    `UPDATE ${QUEUE_SCHEMA}.job SET state = 'retry', start_after = now(), heartbeat_on = NULL
     WHERE name = $1 AND id = $2 AND retry_count = $3 AND state = 'active'`,
    [name, id, retryCount],
  )
}

/**
 * Settles jobs that were taken up too often: those that pg-boss has failed because their daemon was silent, and,
 * at a start, those that were active when it died. A job in the state `failed` would hold up its server for ever.
 */
export async function settleExhaustedJobs(
  sql: Sql,
  name: string,
  states: readonly ('active' | 'failed')[],
  output: JobOutput,
): Promise<readonly { id: JobId; data: Job }[]> {
  return sql.query<{ id: JobId; data: Job }>(
    `UPDATE ${QUEUE_SCHEMA}.job SET state = 'completed', completed_on = now(), output = $3
     WHERE name = $1 AND state::text = ANY($2::text[])
     RETURNING id, data`,
    [name, states, JSON.stringify(output)],
  )
}
