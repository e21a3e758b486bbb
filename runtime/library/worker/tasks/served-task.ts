import { createMcpHandler, type Server } from '@modelcontextprotocol/server'
import { createTaskStore, type TaskCall, type TaskRun, type TaskState, type TaskStore } from '../../server/tasks.ts'
import { callerOf } from '../forward.ts'
import type { ServedObject } from '../mcp-object.ts'
import type { ObjectState } from '../platform.ts'
import { nextAlarm } from './task-alarm.ts'
import { NO_TASK_HEADER } from './task-path.ts'
import { taskRecord } from './task-record.ts'

export interface TaskSurroundings {
  createServer(tasks: TaskStore): () => Server
  /** Runs a kept call again. */
  resume(call: TaskCall): TaskRun
  readonly now: () => number
  readonly onerror: (error: Error) => void
}

/**
 * One call that may go on as a task, in an object of its own: its code runs here, and outlives the call's request. The
 * task is kept with each change, so that it is there when the object comes back after it was out of memory.
 */
export function createServedTask(
  state: ObjectState,
  { createServer, resume, now, onerror }: TaskSurroundings,
): ServedObject {
  const { id, storage } = state
  const record = taskRecord(storage)
  const earlier = record.read()
  let owner = earlier?.caller

  const tasks = createTaskStore({
    now,
    newId: () => id.toString(),
    keep(task) {
      record.keep(task, owner ?? '')
      state.waitUntil(wakeFor(task.state))
    },
  })
  if (earlier) tasks.restore(earlier, resume(earlier.call))
  const handler = createMcpHandler(createServer(tasks), { onerror })

  async function wakeFor(task: TaskState): Promise<void> {
    const alarmMs = nextAlarm(task, now())
    if (alarmMs !== undefined) return storage.setAlarm(alarmMs)
    await storage.deleteAlarm()
    await storage.deleteAll()
  }

  return {
    async fetch(request) {
      const { key, authInfo } = callerOf(request)
      const body: unknown = await request.json()
      if (isCall(body)) owner ??= key
      if (owner !== key) return new Response(null, { status: 404, headers: { [NO_TASK_HEADER]: 'true' } })
      return handler.fetch(request, { authInfo, parsedBody: body })
    },
    async alarm() {
      tasks.forgetExpired()
      const kept = record.read()
      if (kept) await wakeFor(kept.state)
    },
  }
}

function isCall(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'tools/call'
}
