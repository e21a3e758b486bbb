import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { changeTask } from '../shared/task-store.ts'
import { withNote } from '../shared/task.ts'

/** Adds a line to what is known of a task. */
export default async function addNote(
  { id, text }: { readonly id: string; readonly text: string },
  { store }: ToolContext,
): Promise<object> {
  const task = await changeTask(store, id, (before) => withNote(before, text))
  return { task }
}
