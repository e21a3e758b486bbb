import { systemClock } from '../clock.ts'
import { runScheduled } from '../server/standalone-host.ts'
import { answerRequest } from './answer-request.ts'
import type { WorkerBindings } from './bindings.ts'
import { callerGuard } from './caller-guard.ts'
import { acrossOrigins } from './cors.ts'
import { limitGlobals } from './limit-globals.ts'
import { type ObjectClass, objectClass } from './mcp-object.ts'
import { runDue } from './put-off.ts'
import { openServing } from './serving.ts'
import { putOffCalls, type WorkerServer } from './worker-host.ts'

/** What Cloudflare calls. */
export interface Worker {
  fetch(request: Request, env: WorkerBindings): Promise<Response>
  /** Called by the cron triggers of wrangler.jsonc: runs what is due. */
  scheduled(event: unknown, env: WorkerBindings): Promise<void>
}

export interface ServedWorker {
  readonly worker: Worker
  /** Keeps sessions and tasks, where the bindings MCP_SESSIONS and MCP_TASKS lead to it. */
  readonly McpObject: ObjectClass
}

/** Puts a server on Cloudflare Workers: MCP of both eras at `/mcp`, `/health`, and who may call. */
export function createWorker(server: WorkerServer): ServedWorker {
  const network = limitGlobals(server.parts.hosts ?? [])
  const serving = once((env) => openServing(server, env, network))
  const guard = once((env) => callerGuard(env, server.parts.name, network))

  const worker: Worker = {
    fetch: (request, env) =>
      acrossOrigins(request, env, () => answerRequest(request, env, server.parts, { serving, guard })),
    async scheduled(_event, env) {
      const { host } = await serving(env)
      const run = (tool: string, input: unknown) => runScheduled(host, server.code, tool, input)
      if (env.MCP_STORE) await runDue(putOffCalls(env.MCP_STORE), run, systemClock)
      if (server.tick !== undefined) await run(server.tick, {})
    },
  }
  return { worker, McpObject: objectClass(server, network) }
}

type Make<Made> = (env: WorkerBindings) => Promise<Made>

/** Requests that come first together each make one: waiting for a promise of another request may never end. */
function once<Made>(make: Make<Made>): Make<Made> {
  let made: Made | undefined
  return async (env) => {
    if (made !== undefined) return made
    const first = await make(env)
    return (made ??= first)
  }
}
