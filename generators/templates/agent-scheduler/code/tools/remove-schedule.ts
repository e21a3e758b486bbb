import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { removeSchedule } from '../shared/schedule-store.ts'

/** Ends a schedule. A run that goes on still ends. */
export default async function remove({ name }: { readonly name: string }, { store }: ToolContext): Promise<object> {
  await removeSchedule(store, name)
  return { removed: name }
}
