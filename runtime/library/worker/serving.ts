import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server'
import { createMcpServer } from '../server/create-mcp-server.ts'
import type { ServerHost, ServerParts } from '../server/server-parts.ts'
import { createTaskStore } from '../server/tasks.ts'
import type { WorkerBindings } from './bindings.ts'
import { eventOf } from './change-event.ts'
import type { ObjectNamespace } from './platform.ts'
import type { SessionFront } from './sessions/session-front.ts'
import type { TaskFront } from './tasks/task-front.ts'
import { workerHost, type WorkerServer } from './worker-host.ts'

/** All that one isolate serves with. */
export interface Serving {
  readonly host: ServerHost
  /** Both eras, without sessions. */
  readonly handler: McpHttpHandler
  readonly sessions?: SessionFront
  readonly tasks?: TaskFront
}

/**
 * @param network  fetch without limits
 * @throws NotConfigured naming the setting
 */
export async function openServing(server: WorkerServer, env: WorkerBindings, network: typeof fetch): Promise<Serving> {
  const sessions = env.MCP_SESSIONS && (await openSessions(env.MCP_SESSIONS))
  const publish: ServerHost['publish'] = sessions?.publish ?? ((change) => handler.bus.publish(eventOf(change)))
  const host = await workerHost(server, env, network, publish)
  const tasks = env.MCP_TASKS && (await openTasks(env.MCP_TASKS, server.parts))
  // The objects keep them; here none is ever created.
  const handler = createMcpHandler(createMcpServer(server.parts, host, tasks ? createTaskStore() : 'none'), {
    onerror: ({ message }) => host.log('debug', message),
  })
  return { host, handler, ...(sessions && { sessions }), ...(tasks && { tasks }) }
}

/** A chunk as well. */
async function openTasks(namespace: ObjectNamespace, parts: ServerParts): Promise<TaskFront> {
  const { taskFront } = await import('./tasks/task-front.ts')
  return taskFront(namespace, parts)
}

/** A chunk that Workers without sessions never load. */
async function openSessions(namespace: ObjectNamespace): Promise<SessionFront> {
  const { sessionFront } = await import('./sessions/session-front.ts')
  return sessionFront(namespace)
}
