import type { JobWithMetadata, PgBoss } from 'pg-boss'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerId, TenantId } from '../model/ids.ts'
import { MetaError } from '../errors/meta-error.ts'
import { createAlarm } from './alarm.ts'
import { isTransient } from './job-failure.ts'
import { hasAffected, type JobEnd, type JobSettlement } from './job-settlement.ts'
import type { Job, JobHandler, JobProgress } from './queue.ts'

export interface JobWorkerOptions {
  readonly boss: PgBoss
  readonly name: string
  readonly settlement: JobSettlement
  readonly handle: JobHandler
  readonly report: (id: string, progress: JobProgress) => void
  /** Jobs of different servers that run at the same time. */
  readonly concurrency: number
  /** Backstop for missed notifications, and the grain of retry delays. */
  readonly pollMs: number
  readonly onError: (error: unknown) => void
}

export interface JobWorker {
  /** Something may have become ready. */
  wake(): void
  /** Ends the job with a failure, when it runs here. */
  cancel(id: string): void
  stop(graceMs: number): Promise<void>
}

// Well under the queue's heartbeat of 10 s.
const HEARTBEAT_MS = 3_000
const BURY_EVERY_MS = 30_000
const SETTLE_AGAIN_MS = 1_000
/** What was told to stop has this long to do so. */
const ABORT_MS = 2_000

/** Takes jobs as soon as they are ready and works them off until it is stopped. */
export function startJobWorker(options: JobWorkerOptions): JobWorker {
  const { boss, name, concurrency, pollMs, onError } = options
  const alarm = createAlarm()
  const running = new Map<
    string,
    { id: string; serverId: ServerId; cancelling: AbortController; ended: Promise<void> }
  >()
  /** Tenants that have had their turn. */
  const round = new Set<TenantId>()
  const stopping = new AbortController()
  const closing = new AbortController()
  let buriedAtMs = Date.now()

  async function takeJobs(): Promise<void> {
    if (Date.now() - buriedAtMs > BURY_EVERY_MS) {
      buriedAtMs = Date.now()
      await options.settlement.buryFailed()
    }
    while (running.size < concurrency) {
      const job = await takeJob()
      if (!job) return
      start(job)
    }
  }

  /** The oldest of a tenant that has had no turn in this round: who sends many jobs holds nobody else's up. */
  async function takeJob(): Promise<JobWithMetadata<Job> | undefined> {
    const full = { includeMetadata: true } as const
    const [other] = await boss.fetch<Job>(name, { ...full, ignoreGroups: [...round] })
    const isOver = other === undefined && round.size > 0
    if (isOver) round.clear()
    const [job] = isOver ? await boss.fetch<Job>(name, full) : [other]
    if (job) round.add(job.data.tenantId)
    return job
  }

  function start(job: JobWithMetadata<Job>): void {
    // An attempt that lost its claim while the daemon was too busy may still be ending.
    const earlier = [...running.values()].filter(({ serverId }) => serverId === job.data.serverId)
    const key = `${job.id}:${job.retryCount}`
    const cancelling = new AbortController()
    const ended = Promise.all(earlier.map((attempt) => attempt.ended))
      .then(() => runAttempt(job, options, { stopping: stopping.signal, cancelling }))
      .catch(onError)
      .finally(() => {
        running.delete(key)
        alarm.ring()
      })
    running.set(key, { id: job.id, serverId: job.data.serverId, cancelling, ended })
  }

  async function loop(): Promise<void> {
    while (!closing.signal.aborted) {
      await takeJobs().catch(onError)
      await alarm.wait(pollMs)
    }
  }
  const looping = loop()

  return {
    wake: () => alarm.ring(),
    cancel(id) {
      for (const attempt of running.values()) if (attempt.id === id) attempt.cancelling.abort(givenUp())
    },
    async stop(graceMs) {
      closing.abort()
      alarm.ring()
      await looping
      const allEnded = Promise.all([...running.values()].map(({ ended }) => ended))
      await Promise.race([allEnded, sleep(graceMs, undefined, { ref: false })])
      stopping.abort()
      await Promise.race([allEnded, sleep(ABORT_MS, undefined, { ref: false })])
    },
  }
}

interface Ending {
  /** Of the daemon. */
  readonly stopping: AbortSignal
  /** Of this job, for good. */
  readonly cancelling: AbortController
}

async function runAttempt(job: JobWithMetadata<Job>, options: JobWorkerOptions, ending: Ending): Promise<void> {
  const { stopping, cancelling } = ending
  const claim = holdClaim(job, options)
  try {
    // It hears of every later wish by itself. During an outage the work begins, and meets the outage.
    if (await options.settlement.isCancelled(job.id).catch(() => false)) cancelling.abort(givenUp())
    const signal = AbortSignal.any([claim.lost, stopping, cancelling.signal])
    const end = await endOf(() => options.handle(job.data, signal, (to) => options.report(job.id, to)), ending)
    // Those are bugs or outages, which callers are told about in general terms only.
    if (end.kind === 'failed' && isTransient(end.error)) options.onError(end.error)
    await settleSurely(job, end, options, stopping)
  } finally {
    claim.release()
  }
}

/** A job that was cancelled too late to stop is done. */
async function endOf(handle: () => Promise<unknown>, { stopping, cancelling }: Ending): Promise<JobEnd> {
  if (stopping.aborted) return { kind: 'interrupted' }
  try {
    return { kind: 'done', result: await handle() }
  } catch (error) {
    if (cancelling.signal.aborted) return { kind: 'failed', error: isGivenUp(error) ? error : givenUp() }
    return stopping.aborted ? { kind: 'interrupted' } : { kind: 'failed', error }
  }
}

function isGivenUp(error: unknown): boolean {
  return error instanceof MetaError && error.code === 'CANCELLED'
}

function givenUp(): MetaError {
  return new MetaError(
    'CANCELLED',
    'This work was cancelled before it was done; nothing of it is in effect.',
    'Ask for it again when it is wanted.',
  )
}

/** The work is done; an outage of the database must not lose that. The claim is held meanwhile. */
async function settleSurely(
  job: JobWithMetadata<Job>,
  end: JobEnd,
  { settlement, onError }: JobWorkerOptions,
  stopping: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      return await settlement.settle(job, end)
    } catch (error) {
      onError(error)
      if (stopping.aborted) return
      await sleep(SETTLE_AGAIN_MS)
    }
  }
}

/** Keeps telling the database that the job is being worked on; `lost` aborts when it is somebody else's by now. */
function holdClaim(
  job: JobWithMetadata<Job>,
  { boss, name, onError }: JobWorkerOptions,
): { lost: AbortSignal; release(): void } {
  const lost = new AbortController()
  const timer = setInterval(() => {
    boss.touch(name, job).then((answer) => {
      if (!hasAffected(answer)) lost.abort()
    }, onError)
  }, HEARTBEAT_MS)
  return { lost: lost.signal, release: () => clearInterval(timer) }
}
