import { createMcpHandler, type McpHttpHandler, type Server } from '@modelcontextprotocol/server'
import { createMcpServer } from '../server/create-mcp-server.ts'
import type { ServerHost } from '../server/server-parts.ts'
import type { WorkerBindings } from './bindings.ts'
import { type CallerGuard, callerGuard } from './caller-guard.ts'
import { eventOf } from './change-event.ts'
import { workerHost, type WorkerServer } from './worker-host.ts'

/** All that one isolate serves with. */
export interface Serving {
  readonly host: ServerHost
  readonly guard: CallerGuard
  readonly createServer: () => Server
  /** Both eras, without sessions. */
  readonly handler: McpHttpHandler
}

/**
 * @param network  fetch without limits
 * @throws NotConfigured naming the setting
 */
export async function openServing(server: WorkerServer, env: WorkerBindings, network: typeof fetch): Promise<Serving> {
  const guard = await callerGuard(env, network)
  const host = await workerHost(server, env, network, (change) => handler.bus.publish(eventOf(change)))
  const createServer = createMcpServer(server.parts, host)
  const handler = createMcpHandler(createServer, { onerror: ({ message }) => host.log('debug', message) })
  return { host, guard, createServer, handler }
}
