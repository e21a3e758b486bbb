import type { WorkerBindings } from './bindings.ts'
import type { ObjectState } from './platform.ts'
import { hasTask } from './tasks/task-record.ts'
import { TASK_PATH } from './tasks/task-path.ts'
import type { WorkerServer } from './worker-host.ts'

/** What Cloudflare calls of a Durable Object. */
export interface ServedObject {
  fetch(request: Request): Promise<Response>
  alarm(): Promise<void>
}

/** What Cloudflare makes of each object. */
export type ObjectClass = new (state: ObjectState, env: WorkerBindings) => ServedObject

/**
 * The one Durable Object class of a server, so that a server that begins to need another kind of object needs no
 * migration: an object is a session, the bus between sessions, or a task, by the requests that reach it. Each kind's
 * work is a chunk that is loaded by those objects alone.
 * @param network  fetch without limits
 */
export function objectClass(server: WorkerServer, network: typeof fetch): ObjectClass {
  return class McpObject implements ServedObject {
    readonly #state: ObjectState
    readonly #asTask: () => Promise<ServedObject>
    readonly #asSession: () => Promise<ServedObject>

    constructor(state: ObjectState, env: WorkerBindings) {
      this.#state = state
      this.#asTask = once(async () => {
        const { openTaskObject } = await import('./tasks/task-object.ts')
        return openTaskObject(server, state, env, network)
      })
      this.#asSession = once(async () => {
        const { openObject } = await import('./sessions/served-object.ts')
        return openObject(server, state, env, network)
      })
    }

    async fetch(request: Request): Promise<Response> {
      const isTask = new URL(request.url).pathname === TASK_PATH
      return (await (isTask ? this.#asTask() : this.#asSession())).fetch(request)
    }

    async alarm(): Promise<void> {
      await (await (hasTask(this.#state.storage) ? this.#asTask() : this.#asSession())).alarm()
    }
  }
}

/** Requests of one object may wait for each other's promises, unlike those of a Worker. What fails is tried again. */
function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | undefined
  return () => {
    if (made) return made
    const making = make()
    making.catch(() => (made = undefined))
    return (made = making)
  }
}
