import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { readSchedules } from './schedule-store.ts'

/** The tool that looks for what is due. Where the platform has cron triggers, they call it too. */
const TICK = 'run_due_schedules'
const WAKE = 'wake'
/** A host puts nothing off for longer than thirty days: the call then finds nothing due, and is put off anew. */
const LONGEST_MS = 7 * 24 * 60 * 60_000

/**
 * Sees to it that a call comes when the next schedule is due. Every tool does so, and any number of times: only one
 * call waits for a time, and a chain that was broken goes on with the next call of any tool.
 */
export async function arm({ store, schedule }: Pick<ToolContext, 'store' | 'schedule'>): Promise<void> {
  const times = (await readSchedules(store)).flatMap(({ next_run_at: at }) =>
    at === undefined ? [] : [Date.parse(at)],
  )
  if (times.length === 0) return
  const now = Date.now()
  const dueAt = Math.min(Math.max(now, Math.min(...times)), now + LONGEST_MS)
  const waiting = (await store.get(WAKE)) as number | null | undefined
  if (typeof waiting === 'number' && waiting > now && waiting <= dueAt) return
  // Of two that come here at once, one puts the call off.
  if (await store.compareAndSet(WAKE, waiting ?? null, dueAt)) await schedule(TICK, {}, dueAt - now)
}
