import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { arm } from '../shared/arm.ts'
import { nextTime } from '../shared/cron-times.ts'
import { changeSchedule } from '../shared/schedule-store.ts'

/** Lets a paused schedule run again, from its next time on. */
export default async function resumeSchedule(
  { name }: { readonly name: string },
  context: ToolContext,
): Promise<object> {
  const schedule = await changeSchedule(context.store, name, (before) =>
    before.is_paused
      ? { ...before, is_paused: false, next_run_at: nextTime(before, new Date()).toISOString() }
      : before,
  )
  await arm(context)
  return { schedule }
}
