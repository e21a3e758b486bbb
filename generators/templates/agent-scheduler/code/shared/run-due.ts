import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { arm } from './arm.ts'
import { nextTime, timesBetween } from './cron-times.ts'
import { findJob } from './jobs.ts'
import { changeSchedule, readSchedules, replaceSchedule } from './schedule-store.ts'
import { type Run, type Schedule, withRun } from './schedule.ts'

/** How a run ended. */
export interface Ended {
  readonly name: string
  readonly missed: number
  readonly ok: boolean
}

/** What is left over comes in the next call, at once. */
const AT_ONCE = 10
const JOB_MS = 20_000
const RESULT_CHARACTERS = 5_000

/**
 * Runs what is due. Each run is claimed before it begins: however many calls come at once, and wherever one is cut
 * off, a time is run at most once. Of several times that were missed only the last is run.
 */
export async function runDue(now: Date, context: ToolContext): Promise<readonly Ended[]> {
  const due = (await readSchedules(context.store)).filter(
    ({ next_run_at: at }) => at !== undefined && new Date(at) <= now,
  )
  const claimed = await Promise.all(due.slice(0, AT_ONCE).map((schedule) => claim(schedule, now, context)))
  // Before the work: a run that takes the process down with it does not keep the others from coming.
  await arm(context)
  return Promise.all(claimed.flatMap((mine) => (mine ? [runClaimed(mine.schedule, mine.run, context)] : [])))
}

async function claim(
  schedule: Schedule,
  now: Date,
  { store }: ToolContext,
): Promise<{ readonly schedule: Schedule; readonly run: Run } | undefined> {
  const first = new Date(schedule.next_run_at ?? now)
  const later = timesBetween(schedule, first, now)
  const dueAt = later.at(-1) ?? first
  const run: Run = { due_at: dueAt.toISOString(), started_at: now.toISOString(), missed: later.length }
  const next = nextTime(schedule, now).toISOString()
  const changed = { ...withRun(schedule, run), next_run_at: next }
  return (await replaceSchedule(store, schedule, changed)) ? { schedule: changed, run } : undefined
}

async function runClaimed({ name, job, input }: Schedule, run: Run, context: ToolContext): Promise<Ended> {
  const outcome = await attempt(async () => {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(JOB_MS)])
    return findJob(job).run(input, { ...context, signal })
  })
  if ('error' in outcome) context.log('error', `The run of ${name} failed: ${outcome.error}`)
  const ended: Run = { ...run, ended_at: new Date().toISOString(), ...outcome }
  await changeSchedule(context.store, name, (schedule) => ({
    ...schedule,
    runs: schedule.runs.map((each) => (each.started_at === run.started_at ? ended : each)),
  })).catch(() => context.log('info', `${name} was removed while it ran.`))
  return { name, missed: run.missed, ok: !('error' in outcome) }
}

async function attempt(work: () => Promise<unknown>): Promise<{ result: unknown } | { error: string }> {
  try {
    const result = await work()
    const json = JSON.stringify(result ?? null)
    return { result: json.length > RESULT_CHARACTERS ? `${json.slice(0, RESULT_CHARACTERS)}…` : (result ?? null) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
