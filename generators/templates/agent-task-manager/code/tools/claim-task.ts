import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { changeTask } from '../shared/task-store.ts'
import { transitions, withStatus } from '../shared/task.ts'

interface Input {
  readonly id: string
  readonly owner: string
}

/** Gives a task to one agent alone: of several that claim it at the same time, one gets it and the others are told. */
export default async function claimTask({ id, owner }: Input, { store }: ToolContext): Promise<object> {
  const task = await changeTask(store, id, (before) => {
    if (before.owner !== undefined && before.owner !== owner) {
      throw new Error(`Task "${id}" is ${before.owner}'s already. list_tasks with status ["todo"] shows what is free.`)
    }
    return { ...withStatus(before, 'in_progress'), owner }
  })
  return { task, next_status: transitions[task.status] }
}
