import type { ToolResult } from '../tool-result.ts'
import type { ServedCall } from './served-call.ts'
import { describeTask } from './serve-tasks.ts'
import type { TaskCall, TaskStore } from './tasks.ts'

/** The answer to a call that goes on: the task's state beside `resultType` (SEP-2663, CreateTaskResult). */
export interface CreatedTask {
  readonly resultType: 'task'
}

/**
 * Runs code until it ends or lets itself go on in the background; then the call is answered with a task. What it asks
 * before that ends the round as ever; what it asks later waits in the task.
 */
export async function runInBackground(
  run: (call: ServedCall) => Promise<ToolResult>,
  call: ServedCall,
  item: Pick<TaskCall, 'tool' | 'input'>,
  tasks: TaskStore,
): Promise<ToolResult | CreatedTask> {
  const { promise: created, resolve } = Promise.withResolvers<CreatedTask>()
  const cancelling = new AbortController()
  const giveUp = (): void => cancelling.abort(call.signal.reason)
  call.signal.addEventListener('abort', giveUp, { once: true })
  const { signal } = cancelling
  const again = (answers: ServedCall['client']['answers']) =>
    run({ ...call, signal, client: { ...call.client, answers }, background: () => {} })

  const background = (): void => {
    // From here on the call is answered; only the task can be cancelled.
    call.signal.removeEventListener('abort', giveUp)
    const state = tasks.create({ call: { ...item, client: call.client }, running, run: again, cancelling })
    if (state) resolve({ resultType: 'task', ...describeTask(state) })
  }
  let isBackground = false
  const running: Promise<ToolResult> = run({
    ...call,
    signal,
    background: () => {
      if (isBackground) return
      isBackground = true
      // The code may say so before it has first waited for anything.
      queueMicrotask(background)
    },
  })
  // The task follows it too; here it counts only while there is none.
  return await Promise.race([created, running])
}
