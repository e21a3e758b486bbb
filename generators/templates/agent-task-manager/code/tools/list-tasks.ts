import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { findTasks } from '../shared/task-store.ts'
import { checkDay, type Status, summaryOf, type Task } from '../shared/task.ts'

interface Input {
  readonly status?: readonly Status[]
  readonly tag?: string
  readonly due_before?: string
  readonly text?: string
  readonly limit?: number
  readonly cursor?: string
}

/** Finds tasks by everything that is given; without a filter, all of them. */
export default async function listTasks(
  { limit = 20, cursor, ...filters }: Input,
  { store }: ToolContext,
): Promise<object> {
  if (filters.due_before !== undefined) checkDay(filters.due_before)
  const page = { limit, ...(cursor !== undefined && { after: cursor }) }
  const { tasks, more } = await findTasks(store, (task) => fits(task, filters), page)
  return { tasks: tasks.map(summaryOf), ...(more !== undefined && { next_cursor: more }) }
}

function fits(task: Task, { status, tag, due_before, text }: Omit<Input, 'limit' | 'cursor'>): boolean {
  if (status && !status.includes(task.status)) return false
  if (tag !== undefined && !task.tags.includes(tag)) return false
  // Days are written so that they compare as texts.
  if (due_before !== undefined && !(task.due_on !== undefined && task.due_on < due_before)) return false
  return text === undefined || `${task.title}\n${task.details ?? ''}`.toLowerCase().includes(text.toLowerCase())
}
