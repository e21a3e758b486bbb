import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { changeTask } from '../shared/task-store.ts'
import { type Status, transitions, withNote, withStatus } from '../shared/task.ts'

interface Input {
  readonly id: string
  readonly status: Status
  readonly note?: string
}

/** Moves a task on. Setting the status that it has already changes nothing but the note. */
export default async function setTaskStatus({ id, status, note }: Input, { store }: ToolContext): Promise<object> {
  const task = await changeTask(store, id, (before) => {
    const moved = withStatus(before, status)
    return note === undefined ? moved : withNote(moved, note)
  })
  return { task, next_status: transitions[task.status] }
}
