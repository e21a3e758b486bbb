import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { changeTask } from '../shared/task-store.ts'
import { checkDay, type Task } from '../shared/task.ts'

interface Input {
  readonly id: string
  readonly title?: string
  readonly details?: string
  readonly due_on?: string
  readonly tags?: readonly string[]
}

/** Changes what is given and keeps the rest. An empty text for the day takes it away. */
export default async function updateTask(
  { id, title, details, due_on, tags }: Input,
  { store }: ToolContext,
): Promise<object> {
  const task = await changeTask(store, id, (before) => {
    const changed: Task = {
      ...before,
      ...(title !== undefined && { title }),
      ...(details !== undefined && { details }),
      ...(tags !== undefined && { tags: [...new Set(tags)] }),
    }
    if (due_on === undefined) return changed
    const { due_on: _before, ...undated } = changed
    return due_on === '' ? undated : { ...undated, due_on: checkDay(due_on) }
  })
  return { task }
}
