import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { readTask } from '../shared/task-store.ts'
import { transitions } from '../shared/task.ts'

/** Gives a whole task, with where it may go from here. */
export default async function getTask({ id }: { readonly id: string }, { store }: ToolContext): Promise<object> {
  const task = await readTask(store, id)
  return { task, next_status: transitions[task.status] }
}
