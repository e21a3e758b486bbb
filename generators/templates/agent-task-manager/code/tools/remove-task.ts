import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { removeTask } from '../shared/task-store.ts'

/** Deletes a task with its notes. */
export default async function remove({ id }: { readonly id: string }, { store }: ToolContext): Promise<object> {
  const { title } = await removeTask(store, id)
  return { removed: id, title }
}
