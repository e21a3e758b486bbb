import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { arm } from '../shared/arm.ts'
import { readSchedule } from '../shared/schedule-store.ts'

/** Shows one schedule with its last runs. */
export default async function getSchedule({ name }: { readonly name: string }, context: ToolContext): Promise<object> {
  await arm(context)
  return { schedule: await readSchedule(context.store, name) }
}
