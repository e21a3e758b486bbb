import { expiryOf, type TaskState } from '../../server/tasks.ts'

/**
 * An object that nobody asks is taken out of memory after 70 seconds, whatever runs in it; its alarm counts as asking.
 * https://developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle/
 */
const AWAKE_MS = 30_000

/**
 * When the object of a task is to be woken next, in milliseconds since 1970: soon while the task runs, else when it is to
 * be forgotten. undefined: now.
 */
export function nextAlarm(state: TaskState, nowMs: number): number | undefined {
  const expiryMs = expiryOf(state)
  if (expiryMs <= nowMs) return undefined
  return state.status === 'working' ? Math.min(nowMs + AWAKE_MS, expiryMs) : expiryMs
}
