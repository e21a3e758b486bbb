import { askingClient } from '../input-needed.ts'
import type { ToolContext } from '../tool-context.ts'
import type { ServedCall } from './served-call.ts'

/** What of a call its code has to do with. */
export type CodeCall = Pick<ServedCall, 'background' | 'client' | 'host' | 'notify' | 'request' | 'signal'>

/** What one call's code is given: the host's services, and this call's progress, input and cancellation. */
export function callContext({ host, request, client, notify, signal, background }: CodeCall): ToolContext {
  return {
    fetch: host.fetch,
    env: host.env,
    store: host.store,
    schedule: (tool, input, delayMs) => host.schedule(tool, input, delayMs),
    progress: progressReporter(request),
    log: (level, message, details) => {
      host.log(level, message, details)
      // The client gets it where it asked for messages of this level; one that has gone must not end the tool.
      request.log(level, details === undefined ? message : { message, details }).catch(() => {})
    },
    ...askingClient(client),
    notify,
    sign: (secretName, data) => host.sign(secretName, data),
    background,
    signal,
  }
}

/** Sends progress where the client asked for it; MCP wants it to grow with every notification. */
function progressReporter(request: ServedCall['request']): ToolContext['progress'] {
  const progressToken = request._meta?.progressToken
  let last = -1
  return (done, total, message) => {
    if (progressToken === undefined || done <= last) return
    last = done
    const params = { progressToken, progress: done, ...(total !== undefined && { total }), ...(message && { message }) }
    // A client that has gone away must not end the tool.
    request.notify({ method: 'notifications/progress', params }).catch(() => {})
  }
}
