import type { CommandResponse, JobWithMetadata, PgBoss } from 'pg-boss'
import type { Database } from '../db/database.ts'
import type { Sql } from '../db/db.ts'
import { CLAIM_LIMIT, DEAD_LETTERS } from './boss.ts'
import { DEADLY, isTransient, RETRIES, toJobFailure } from './job-failure.ts'
import { isJobCancelled, putBackJob, settleExhaustedJobs, takeBackJobs, type JobOutput } from './job-table.ts'
import type { Job, JobFailure } from './queue.ts'

/** How a handler ended. `interrupted`: it was aborted because the daemon stops. */
export type JobEnd =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'interrupted' }

/** Tells waiting callers, in every daemon, that a job has been settled; the payload is its id. */
export const JOB_SETTLED = 'mcpwright_job_settled'

export interface JobSettlement {
  /** Writes how an attempt ended, all or nothing. Does nothing when the claim on the job was lost meanwhile. */
  settle(job: JobWithMetadata<Job>, end: JobEnd): Promise<void>
  /** At a start: what this daemon held when it died is ready again. */
  recover(): Promise<void>
  /** Whether somebody wants the job given up. */
  isCancelled(id: string): Promise<boolean>
  /** Frees servers whose jobs pg-boss has given up. */
  buryFailed(): Promise<void>
}

export function createJobSettlement(db: Database, boss: PgBoss, name: string): JobSettlement {
  async function settleIn(sql: Sql, job: JobWithMetadata<Job>, end: JobEnd): Promise<void> {
    if (end.kind === 'interrupted') return putBackJob(sql, name, job)
    if (end.kind === 'done') {
      await complete(sql, job, { result: end.result })
      return
    }
    const failures = failuresOf(job) + 1
    const failure = toJobFailure(end.error)
    if (isTransient(end.error) && failures <= RETRIES && job.retryCount < CLAIM_LIMIT) {
      await boss.fail(name, job, { failure, failures }, { db: toBossDb(sql) })
      return
    }
    const isWritten = await complete(sql, job, { failure, failures })
    if (isWritten && failure.code !== 'CANCELLED') await bury(sql, job.data, failure)
  }

  /** @returns false when the claim was lost and so nothing was written */
  async function complete(sql: Sql, job: JobWithMetadata<Job>, output: JobOutput): Promise<boolean> {
    // Also when it failed: in pg-boss's state "failed" it would hold up all later jobs of its server.
    const written = hasAffected(await boss.complete(name, job, output, { db: toBossDb(sql) }))
    if (written) await notifySettled(sql, job.id)
    return written
  }

  async function bury(sql: Sql, job: Job, failure: JobFailure): Promise<void> {
    await boss.send(DEAD_LETTERS, { job, failure }, { db: toBossDb(sql) })
  }

  async function buryExhausted(sql: Sql, states: readonly ('active' | 'failed')[]): Promise<void> {
    const output = { failure: DEADLY, failures: CLAIM_LIMIT }
    for (const { id, data } of await settleExhaustedJobs(sql, name, states, output)) {
      await bury(sql, data, DEADLY)
      await notifySettled(sql, id)
    }
  }

  return {
    settle: (job, end) => db.asSystem((sql) => settleIn(sql, job, end)),
    recover: () =>
      db.asSystem(async (sql) => {
        await takeBackJobs(sql, name)
        await buryExhausted(sql, ['active', 'failed'])
      }),
    isCancelled: (id) => db.asSystem((sql) => isJobCancelled(sql, name, id)),
    buryFailed: () => db.asSystem((sql) => buryExhausted(sql, ['failed'])),
  }
}

function failuresOf(job: JobWithMetadata<Job>): number {
  // What settleIn has stored, or nothing.
  const output = job.output as JobOutput | null
  return output && 'failures' in output ? output.failures : 0
}

/** The types of pg-boss leave out what its commands answer. */
export function hasAffected(response: CommandResponse): boolean {
  return 'affected' in response && response.affected !== 0
}

async function notifySettled(sql: Sql, id: string): Promise<void> {
  await sql.query('SELECT pg_notify($1, $2)', [JOB_SETTLED, id])
}

/** pg-boss on a transaction of ours. */
export function toBossDb(sql: Sql): { executeSql(text: string, values?: unknown[]): Promise<{ rows: object[] }> } {
  return {
    // pg-boss passes what a driver takes: texts, numbers, and arrays of texts.
    executeSql: async (text, values) => ({ rows: await sql.query(text, values as Parameters<Sql['query']>[1]) }),
  }
}
