import type { ServerParts } from '../server/server-parts.ts'
import type { WorkerBindings } from './bindings.ts'
import type { Caller, CallerGuard } from './caller-guard.ts'
import { overLimit } from './rate-limit.ts'
import { calledTools, readMessage } from './read-message.ts'
import type { Serving } from './serving.ts'

/** What an isolate makes when it is needed first. Both throw NotConfigured. */
export interface MadeOnce {
  guard(env: WorkerBindings): Promise<CallerGuard>
  serving(env: WorkerBindings): Promise<Serving>
}

/**
 * Serves MCP to who may call.
 * @param isVerifier  the caller has shown who it is in another way, and meets no limit
 */
export async function serveMcp(
  request: Request,
  env: WorkerBindings,
  parts: ServerParts,
  made: MadeOnce,
  isVerifier: boolean,
): Promise<Response> {
  // A protection that is set up wrongly shows when a version is tried, too.
  const guard = await made.guard(env)
  const caller: Caller | Response = isVerifier ? { key: 'verifier' } : await guard.identify(request)
  if (caller instanceof Response) return caller
  const limited = isVerifier ? undefined : await overLimit(caller, env)
  if (limited) return limited
  const message = await readMessage(request)
  if (message instanceof Response) return message
  const tools = message && !isVerifier ? calledTools(message.body, parts) : []
  const refusal = guard.refuseTools?.(tools, caller, request)
  if (refusal) return refusal
  const { handler, sessions, tasks } = await made.serving(env)
  const answered = (await tasks?.serve(request, message, caller)) ?? (await sessions?.serve(request, message, caller))
  if (answered) return answered
  const { authInfo } = caller
  return handler.fetch(request, { ...(authInfo && { authInfo }), ...(message && { parsedBody: message.body }) })
}
