import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { arm } from '../shared/arm.ts'
import { readSchedules } from '../shared/schedule-store.ts'
import { summaryOf } from '../shared/schedule.ts'

interface Input {
  readonly limit?: number
  readonly cursor?: string
}

/** Lists what recurs, by name. */
export default async function listSchedules({ limit = 20, cursor }: Input, context: ToolContext): Promise<object> {
  await arm(context)
  const left = (await readSchedules(context.store)).filter(({ name }) => cursor === undefined || name > cursor)
  const last = left.slice(0, limit).at(-1)
  return {
    schedules: left.slice(0, limit).map(summaryOf),
    ...(left.length > limit && last && { next_cursor: last.name }),
  }
}
