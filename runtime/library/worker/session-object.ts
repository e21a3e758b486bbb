import type { WorkerBindings } from './bindings.ts'
import type { ObjectState } from './platform.ts'
import type { ServedObject } from './sessions/served-object.ts'
import type { WorkerServer } from './worker-host.ts'

/** What Cloudflare makes of each object. */
export type SessionClass = new (state: ObjectState, env: WorkerBindings) => ServedObject

/**
 * The Durable Object class of a server. Its work is a chunk that Workers without sessions never load.
 * @param network  fetch without limits
 */
export function sessionClass(server: WorkerServer, network: typeof fetch): SessionClass {
  return class McpSession implements ServedObject {
    readonly #open: () => Promise<ServedObject>

    constructor(state: ObjectState, env: WorkerBindings) {
      let opened: Promise<ServedObject> | undefined
      this.#open = () => (opened ??= openOnce(state, env))
    }

    async fetch(request: Request): Promise<Response> {
      return (await this.#open()).fetch(request)
    }

    async alarm(): Promise<void> {
      await (await this.#open()).alarm()
    }
  }

  async function openOnce(state: ObjectState, env: WorkerBindings): Promise<ServedObject> {
    const { openObject } = await import('./sessions/served-object.ts')
    return openObject(server, state, env, network)
  }
}
