import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server'
import type { ServerParts } from '../../server/server-parts.ts'
import { TASKS_EXTENSION } from '../../server/tasks-extension.ts'
import type { Caller } from '../caller-guard.ts'
import { forwarded } from '../forward.ts'
import type { ObjectId, ObjectNamespace } from '../platform.ts'
import { calledTools } from '../read-message.ts'
import { NO_TASK_HEADER, TASK_PATH } from './task-path.ts'

/**
 * The Worker's side of tasks. What a Worker has begun ends with its request, and the next request may come to another
 * isolate: a call that may go on is led to an object of its own, and what is asked of the task later to the same one.
 */
export interface TaskFront {
  /** @returns undefined for a request that has to do with no task: the Worker itself answers it */
  serve(
    request: Request,
    message: { readonly body: unknown } | undefined,
    caller: Caller,
  ): Promise<Response | undefined>
}

export function taskFront(namespace: ObjectNamespace, parts: ServerParts): TaskFront {
  const taskTools = new Set(parts.tools.filter(({ task }) => task !== undefined).map(({ name }) => name))

  function objectFor(body: unknown): ObjectId | undefined {
    const { method, params } = recordOf(body)
    const { taskId, _meta } = recordOf(params)
    if (method === 'tools/call' && takesTasks(_meta)) {
      return calledTools(body, parts).some((name) => taskTools.has(name)) ? namespace.newUniqueId() : undefined
    }
    return typeof method === 'string' && method.startsWith('tasks/') && typeof taskId === 'string'
      ? knownId(namespace, taskId)
      : undefined
  }

  return {
    async serve(request, message, caller) {
      const id = objectFor(message?.body)
      if (id === undefined) return undefined
      const going = forwarded(request, message?.body, caller)
      const response = await namespace.get(id).fetch(new Request(new URL(TASK_PATH, going.url), going))
      return response.headers.has(NO_TASK_HEADER) ? undefined : response
    },
  }
}

/** The ids of a namespace hold a digest that only the platform can make: others are told apart without a request. */
function knownId(namespace: ObjectNamespace, taskId: string): ObjectId | undefined {
  try {
    return namespace.idFromString(taskId)
  } catch {
    return undefined
  }
}

/** As clients of 2026-07-28 say it with each request. */
function takesTasks(meta: unknown): boolean {
  const { extensions } = recordOf(recordOf(meta)[CLIENT_CAPABILITIES_META_KEY])
  return recordOf(extensions)[TASKS_EXTENSION] !== undefined
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
