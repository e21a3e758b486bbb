import { systemClock } from '../../clock.ts'
import { createMcpServer } from '../../server/create-mcp-server.ts'
import { resumeTask } from '../../server/resume-task.ts'
import type { WorkerBindings } from '../bindings.ts'
import type { ServedObject } from '../mcp-object.ts'
import type { ObjectState } from '../platform.ts'
import { busClient } from '../sessions/bus-client.ts'
import { workerHost, type WorkerServer } from '../worker-host.ts'
import { createServedTask } from './served-task.ts'

/**
 * A Durable Object that is one call.
 * @param network  fetch without limits
 */
export async function openTaskObject(
  server: WorkerServer,
  state: ObjectState,
  env: WorkerBindings,
  network: typeof fetch,
): Promise<ServedObject> {
  const bus = env.MCP_SESSIONS && busClient(env.MCP_SESSIONS)
  const host = await workerHost(server, env, network, bus && ((change) => bus.publish(change)))
  return createServedTask(state, {
    createServer: (tasks) => createMcpServer(server.parts, host, tasks),
    resume: (call) => resumeTask(server.parts, host, call),
    now: systemClock.now,
    onerror: ({ message }) => host.log('debug', message),
  })
}
