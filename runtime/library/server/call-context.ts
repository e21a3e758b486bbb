import type { ServerContext } from '@modelcontextprotocol/server'
import { answeringInput } from '../code.ts'
import type { Change, InputResponse, ToolContext } from '../tool-context.ts'
import type { ServerHost } from './server-parts.ts'

export type Notify = (change: Change) => void

/** What one call's code is given: the host's services, and this call's progress, input and cancellation. */
export function callContext(
  host: ServerHost,
  call: ServerContext,
  notify: Notify,
  answers: readonly InputResponse[],
): ToolContext {
  return {
    fetch: host.fetch,
    env: host.env,
    store: host.store,
    schedule: (tool, input, delayMs) => host.schedule(tool, input, delayMs),
    progress: progressReporter(call),
    log: (level, message, details) => {
      host.log(level, message, details)
      // The client gets it where it asked for messages of this level; one that has gone must not end the tool.
      call.mcpReq.log(level, details === undefined ? message : { message, details }).catch(() => {})
    },
    requestInput: answeringInput(answers),
    notify,
    sign: (secretName, data) => host.sign(secretName, data),
    signal: call.mcpReq.signal,
  }
}

/** Sends progress where the client asked for it; MCP wants it to grow with every notification. */
function progressReporter(call: ServerContext): ToolContext['progress'] {
  const progressToken = call.mcpReq._meta?.progressToken
  let last = -1
  return (done, total, message) => {
    if (progressToken === undefined || done <= last) return
    last = done
    const params = { progressToken, progress: done, ...(total !== undefined && { total }), ...(message && { message }) }
    // A client that has gone away must not end the tool.
    call.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
  }
}
