import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import { createMcpServer } from '../server/create-mcp-server.ts'
import type { ServerHost } from '../server/server-parts.ts'
import type { WorkerBindings } from './bindings.ts'
import { eventOf } from './change-event.ts'
import type { ObjectNamespace } from './platform.ts'
import type { SessionFront } from './sessions/session-front.ts'
import { workerHost, type WorkerServer } from './worker-host.ts'

/** All that one isolate serves with. */
export interface Serving {
  readonly host: ServerHost
  /** Both eras, without sessions. */
  readonly handler: McpHttpHandler
  readonly sessions?: SessionFront
}

/**
 * @param network  fetch without limits
 * @throws NotConfigured naming the setting
 */
export async function openServing(server: WorkerServer, env: WorkerBindings, network: typeof fetch): Promise<Serving> {
  const sessions = env.MCP_SESSIONS && (await openSessions(env.MCP_SESSIONS))
  const publish: ServerHost['publish'] = sessions?.publish ?? ((change) => handler.bus.publish(eventOf(change)))
  const host = await workerHost(server, env, network, publish)
  const handler = createMcpHandler(createMcpServer(server.parts, host), {
    onerror: ({ message }) => host.log('debug', message),
  })
  return { host, handler, ...(sessions && { sessions }) }
}

/** A chunk that Workers without sessions never load. */
async function openSessions(namespace: ObjectNamespace): Promise<SessionFront> {
  const { sessionFront } = await import('./sessions/session-front.ts')
  return sessionFront(namespace)
}
