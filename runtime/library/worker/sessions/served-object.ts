import type { Server } from '@modelcontextprotocol/server'
import { systemClock } from '../../clock.ts'
import { createMcpServer } from '../../server/create-mcp-server.ts'
import type { WorkerBindings } from '../bindings.ts'
import type { ServedObject } from '../mcp-object.ts'
import { NotConfigured } from '../not-configured.ts'
import type { ObjectState } from '../platform.ts'
import { workerHost, type WorkerServer } from '../worker-host.ts'
import { busClient } from './bus-client.ts'
import { eventBus } from './event-bus.ts'
import { createSession } from './session.ts'
import type { SessionRecord } from './session-record.ts'

/**
 * A Durable Object that is the bus, or one session.
 * @param network  fetch without limits
 */
export async function openObject(
  server: WorkerServer,
  state: ObjectState,
  env: WorkerBindings,
  network: typeof fetch,
): Promise<ServedObject> {
  const { MCP_SESSIONS: namespace } = env
  if (!namespace) throw new NotConfigured('MCP_SESSIONS is not bound to the class McpObject.')
  const bus = busClient(namespace)
  const id = state.id.toString()
  const host = await workerHost(server, env, network, (change) => bus.publish(change, id))
  const createServer = createMcpServer(server.parts, host)
  const hasResources = server.parts.resources.length > 0
  const subscribable = (record: SessionRecord): Server => {
    const made = createServer()
    if (hasResources) {
      made.setRequestHandler('resources/subscribe', async ({ params }) => {
        record.subscribe(params.uri)
        await bus.join(id)
        return {}
      })
      made.setRequestHandler('resources/unsubscribe', async ({ params }) => {
        record.unsubscribe(params.uri)
        return {}
      })
    }
    return made
  }
  const session = createSession(state, bus, subscribable, systemClock.now)
  let asBus: ReturnType<typeof eventBus> | undefined
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith('/bus/')) return session.serve(request, pathname)
      asBus ??= eventBus(state.storage, namespace, createServer)
      return asBus(request, pathname)
    },
    alarm: () => session.endIfIdle(),
  }
}
