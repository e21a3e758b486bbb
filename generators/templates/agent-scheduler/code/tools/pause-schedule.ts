import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { changeSchedule } from '../shared/schedule-store.ts'

/** Keeps a schedule from running; it stays, with its last runs. */
export default async function pauseSchedule(
  { name }: { readonly name: string },
  { store }: ToolContext,
): Promise<object> {
  const schedule = await changeSchedule(store, name, ({ next_run_at: _next, ...before }) => ({
    ...before,
    is_paused: true,
  }))
  return { schedule }
}
