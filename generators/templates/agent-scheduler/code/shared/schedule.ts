import type { Recurrence } from './cron-times.ts'

/** A job that recurs. Times are ISO 8601 in UTC. */
export interface Schedule extends Recurrence {
  readonly name: string
  /** A name of `jobs`. */
  readonly job: string
  readonly input: Readonly<Record<string, unknown>>
  readonly is_paused: boolean
  /** Absent while it is paused. */
  readonly next_run_at?: string
  /** Newest first, at most ten. */
  readonly runs: readonly Run[]
}

/** One run; without `ended_at` it goes on, or its process ended in the middle of it. */
export interface Run {
  readonly due_at: string
  readonly started_at: string
  readonly ended_at?: string
  /** Times before it at which the server was not up: they were passed over, not made up for. */
  readonly missed: number
  readonly result?: unknown
  readonly error?: string
}

const MOST_RUNS = 10

export function withRun(schedule: Schedule, run: Run): Schedule {
  return { ...schedule, runs: [run, ...schedule.runs].slice(0, MOST_RUNS) }
}

/** A schedule as lists show it. */
export function summaryOf({ name, cron, timezone, job, is_paused, next_run_at, runs: [last] }: Schedule): object {
  return {
    name,
    cron,
    timezone,
    job,
    is_paused,
    ...(next_run_at !== undefined && { next_run_at }),
    ...(last && { last_run: last }),
  }
}
