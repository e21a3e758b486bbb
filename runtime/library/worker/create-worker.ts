import { allowedFetch } from '../allowed-fetch.ts'
import { systemClock } from '../clock.ts'
import { runScheduled } from '../server/standalone-host.ts'
import { answerRequest } from './answer-request.ts'
import type { WorkerBindings } from './bindings.ts'
import { acrossOrigins } from './cors.ts'
import { runDue } from './put-off.ts'
import { openServing, type Serving } from './serving.ts'
import { type SessionClass, sessionClass } from './session-object.ts'
import { putOffCalls, type WorkerServer } from './worker-host.ts'

/** What Cloudflare calls. */
export interface Worker {
  fetch(request: Request, env: WorkerBindings): Promise<Response>
  /** Called by the cron triggers of wrangler.jsonc: runs what is due. */
  scheduled(event: unknown, env: WorkerBindings): Promise<void>
}

export interface ServedWorker {
  readonly worker: Worker
  /** Keeps sessions, where the binding MCP_SESSIONS leads to it. */
  readonly McpSession: SessionClass
}

/** Puts a server on Cloudflare Workers: MCP of both eras at `/mcp`, `/health`, and who may call. */
export function createWorker(server: WorkerServer): ServedWorker {
  const network = globalThis.fetch.bind(globalThis)
  // The global fetch is the other way out that code has, and what `server.fetch` ends in. Elsewhere it is not ours.
  if (navigator.userAgent === 'Cloudflare-Workers') {
    globalThis.fetch = allowedFetch(server.parts.hosts ?? [], network)
  }
  let serving: Serving | undefined

  // Requests that come first together each make one: waiting for a promise of another request may never end.
  async function serve(env: WorkerBindings): Promise<Serving> {
    if (serving) return serving
    const made = await openServing(server, env, network)
    return (serving ??= made)
  }

  const worker: Worker = {
    fetch: (request, env) =>
      acrossOrigins(request, env, () => answerRequest(request, env, server.parts, () => serve(env))),
    async scheduled(_event, env) {
      const { host } = await serve(env)
      const run = (tool: string, input: unknown) => runScheduled(host, server.code, tool, input)
      if (env.MCP_STORE) await runDue(putOffCalls(env.MCP_STORE), run, systemClock)
      if (server.tick !== undefined) await run(server.tick, {})
    },
  }
  return { worker, McpSession: sessionClass(server, network) }
}
