import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { asOwner } from '../db/as-owner.ts'
import type { Database } from '../db/database.ts'
import type { Sql } from '../db/db.ts'
import { createTurns } from '../db/turns.ts'
import type { DaemonId, JobId, TenantId } from '../model/ids.ts'
import { createBoss, ensureQueue, queueName } from './boss.ts'
import { nextJobId } from './job-id.ts'
import { createJobSettlement, JOB_SETTLED, toBossDb } from './job-settlement.ts'
import { countPendingJobs, findJob, findJobState, findPendingJob, wishJobCancelled } from './job-table.ts'
import { startJobWorker, type JobWorker } from './job-worker.ts'
import type { Job, JobProgress, JobState, Queue } from './queue.ts'

export interface QueueOptions {
  readonly db: Database
  /** The same after every restart: a daemon takes back its own jobs only. */
  readonly daemonId: DaemonId
  readonly concurrency?: number
  readonly pollMs?: number
  /** Gets what nobody waits for: bugs in handlers, failing maintenance, an outage while a job is settled. */
  readonly onError: (error: unknown) => void
}

/** Tells daemons that a job was sent; the payload is its queue. */
const JOB_SENT = 'mcpwright_job_sent'

/** Tells the daemon that runs a job to give it up; the payload is its id. */
const JOB_CANCELLED = 'mcpwright_job_cancelled'

/** Tells who watches how far a job is; the payload is JSON: its id, and the JobProgress. */
const JOB_PROGRESS = 'mcpwright_job_progress'

/** A notification may be lost while the connection is; then a waiting caller looks again after this time. */
const LOOK_AGAIN_MS = 1_000

/** The durable queue, on the same database as everything else. Its tables are made when they are missing. */
export async function createQueue({
  db,
  daemonId,
  concurrency = 4,
  pollMs = 1_000,
  onError,
}: QueueOptions): Promise<Queue> {
  const boss = createBoss(db, onError)
  const name = queueName(db, daemonId)
  await boss.start()
  await ensureQueue(boss, name)

  const settled = new EventEmitter().setMaxListeners(0)
  const progressed = new EventEmitter().setMaxListeners(0)
  const stopListening = [
    await db.listen(JOB_SETTLED, (id) => settled.emit(id)),
    await db.listen(JOB_PROGRESS, (text) => {
      // Written by `report`, below.
      const { id, progress } = JSON.parse(text) as { id: string; progress: JobProgress }
      progressed.emit(id, progress)
    }),
  ]
  let worker: JobWorker | undefined
  // PostgreSQL has several connections: what is told by one may come before what was told earlier by another.
  const inTurn = createTurns()

  async function sendIn(sql: Sql, job: Job): Promise<JobId> {
    const id = nextJobId()
    const home = await findHome(sql, db, job, name)
    const sent = await boss.send(home, job, {
      id,
      singletonKey: job.serverId,
      group: { id: job.tenantId },
      db: toBossDb(sql),
    })
    if (sent === null) throw new Error(`pg-boss did not take the ${job.kind} job "${id}".`)
    await sql.query('SELECT pg_notify($1, $2)', [JOB_SENT, home])
    return id
  }

  function report(id: string, { message, ...steps }: JobProgress): void {
    // A payload has at most 8,000 bytes.
    const payload = JSON.stringify({ id, progress: { ...steps, message: message.slice(0, 500) } })
    inTurn(() => db.asSystem((sql) => sql.query('SELECT pg_notify($1, $2)', [JOB_PROGRESS, payload]))).catch(onError)
  }

  async function find(tenantId: TenantId, id: JobId): Promise<JobState | undefined> {
    return db.asSystem((sql) => findJobState(sql, tenantId, id))
  }

  return {
    send: (job, sql) =>
      sql ? asOwner(sql, (owner) => sendIn(owner, job)) : db.asSystem((system) => sendIn(system, job)),
    find,
    read: (tenantId, id) => db.asSystem((sql) => findJob(sql, tenantId, id)),
    findPending: (tenantId, serverId, kind) => db.asSystem((sql) => findPendingJob(sql, tenantId, serverId, kind)),
    countPending: (tenantId, sql) => asOwner(sql, (owner) => countPendingJobs(owner, tenantId)),
    async wait(tenantId, id, signal) {
      for (;;) {
        // Listen first, then look: what happens in between is heard.
        const looked = new AbortController()
        const hint = hintOf(settled, id, AbortSignal.any([signal, looked.signal]))
        const state = await find(tenantId, id)
        if (state === undefined) throw new Error(`No job has the id "${id}".`)
        if (state.state === 'done' || state.state === 'failed' || signal.aborted) {
          looked.abort()
          return state
        }
        await hint
      }
    },
    watch(id, listener) {
      progressed.on(id, listener)
      return () => progressed.off(id, listener)
    },
    cancel: (tenantId, id) =>
      db.asSystem(async (sql) => {
        const isWished = await wishJobCancelled(sql, tenantId, id)
        if (isWished) await sql.query('SELECT pg_notify($1, $2)', [JOB_CANCELLED, id])
        return isWished
      }),
    async work(handle) {
      const settlement = createJobSettlement(db, boss, name)
      await settlement.recover()
      const started = startJobWorker({ boss, name, settlement, handle, report, concurrency, pollMs, onError })
      worker = started
      stopListening.push(await db.listen(JOB_CANCELLED, (id) => started.cancel(id)))
      stopListening.push(await db.listen(JOB_SENT, (queue) => queue === name && started.wake()))
    },
    async stop(graceMs) {
      await worker?.stop(graceMs)
      await Promise.all(stopListening.map((stop) => stop()))
      // Our worker has stopped; pg-boss only has its maintenance to end.
      await boss.stop({ graceful: false, close: false })
    },
  }
}

/** Resolves when the job is settled, after LOOK_AGAIN_MS, or when `signal` aborts. */
async function hintOf(settled: EventEmitter, id: JobId, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  const waits = [once(settled, id, { signal: either }), sleep(LOOK_AGAIN_MS, undefined, { signal: either })]
  await Promise.race(waits).catch(() => undefined)
  over.abort()
}

/** Work on a server that runs under another daemon's live lease goes to that daemon. */
async function findHome(sql: Sql, db: Database, job: Job, own: string): Promise<string> {
  if (db.kind === 'pglite') return own
  const [row] = await sql.query<{ daemon_id: DaemonId }>(
    `SELECT daemon_id FROM mcpwright.deployments
     WHERE tenant_id = $1 AND server_id = $2 AND daemon_id IS NOT NULL AND lease_until > now()
     LIMIT 1`,
    [job.tenantId, job.serverId],
  )
  return row ? queueName(db, row.daemon_id) : own
}
