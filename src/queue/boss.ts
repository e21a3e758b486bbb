import { PgBoss } from 'pg-boss'
import { defaults } from '../config/defaults.ts'
import type { Database } from '../db/database.ts'

/** pg-boss keeps its tables here, apart from an installation of somebody else in the same database. */
export const QUEUE_SCHEMA = 'mcpwright_queue'

/** Jobs that will not be tried again are copied here, for people to look at. */
export const DEAD_LETTERS = 'dead-letters'

/** How often one attempt may be taken up again, with the restarts of killed daemons counted. */
export const CLAIM_LIMIT = 20

/**
 * pg-boss over our database: it stores, orders, hands out and retries jobs, and removes old ones. Taking jobs is
 * ours (job-worker.ts): its own workers wait out their polling interval after every job.
 * @param onError  gets what goes wrong in its maintenance
 */
export function createBoss(db: Database, onError: (error: Error) => void): PgBoss {
  const boss = new PgBoss({
    db: db.statements,
    backend: db.kind,
    schema: QUEUE_SCHEMA,
    schedule: false,
    // On one connection every statement delays somebody; a killed daemon's jobs are taken back at its start anyway.
    superviseIntervalSeconds: db.kind === 'pglite' ? 60 : 10,
    monitorIntervalSeconds: db.kind === 'pglite' ? 60 : 10,
    flowIntervalSeconds: 3_600,
    monitorVacuum: false,
    reindex: false,
  })
  boss.on('error', onError)
  return boss
}

/**
 * The queue whose jobs a daemon works off. With PGlite there is one daemon; with PostgreSQL each has its own, since
 * what it deploys runs on its machine.
 */
export function queueName(db: Pick<Database, 'kind'>, daemonId: string): string {
  return db.kind === 'pglite' ? 'server-work' : `server-work-${daemonId}`
}

/** Makes the queue when it is missing. pg-boss must have been started. */
export async function ensureQueue(boss: PgBoss, name: string): Promise<void> {
  if ((await boss.getQueue(name)) !== null) return
  await boss.createQueue(DEAD_LETTERS, { retentionSeconds: 14 * 86_400 })
  await boss.createQueue(name, {
    // Jobs of one key (the server) run one at a time, in order. Dead letters are ours (job-settlement.ts):
    // pg-boss would keep the failed job too, and that one holds up its key.
    policy: 'key_strict_fifo',
    heartbeatSeconds: 10,
    expireInSeconds: 900,
    retryLimit: CLAIM_LIMIT,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 10,
    retentionSeconds: 7 * 86_400,
    deleteAfterSeconds: defaults.jobs.keptMs / 1_000,
  })
  // pg-boss looks a queue up when it first needs it; inside a transaction on one connection that would be too late.
  await boss.getBlockedKeys(name)
  await boss.findJobs(DEAD_LETTERS, { key: '' })
}
