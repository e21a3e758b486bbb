import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { addTask, newTaskId } from '../shared/task-store.ts'
import { checkDay, type Task } from '../shared/task.ts'

interface Input {
  readonly title: string
  readonly details?: string
  readonly due_on?: string
  readonly tags?: readonly string[]
}

/** Keeps a new task, with the status "todo". */
export default async function createTask(
  { title, details, due_on, tags = [] }: Input,
  { store }: ToolContext,
): Promise<object> {
  const now = new Date()
  const task: Task = {
    id: newTaskId(now),
    title,
    status: 'todo',
    ...(details !== undefined && { details }),
    ...(due_on !== undefined && { due_on: checkDay(due_on) }),
    tags: [...new Set(tags)],
    notes: [],
    created_at: now.toISOString(),
    updated_at: now.toISOString(),
  }
  await addTask(store, task)
  return { task }
}
