import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { arm } from '../shared/arm.ts'
import { nextTime } from '../shared/cron-times.ts'
import { findJob } from '../shared/jobs.ts'
import { addSchedule } from '../shared/schedule-store.ts'
import type { Schedule } from '../shared/schedule.ts'

interface Input {
  readonly name: string
  readonly cron: string
  readonly timezone?: string
  readonly job: string
  readonly input?: Readonly<Record<string, unknown>>
}

/** Has a job recur from now on. */
export default async function createSchedule(
  { name, cron, timezone = 'UTC', job, input = {} }: Input,
  context: ToolContext,
): Promise<object> {
  findJob(job)
  const next = nextTime({ cron, timezone }, new Date()).toISOString()
  const schedule: Schedule = { name, cron, timezone, job, input, is_paused: false, next_run_at: next, runs: [] }
  await addSchedule(context.store, schedule)
  await arm(context)
  return { schedule }
}
