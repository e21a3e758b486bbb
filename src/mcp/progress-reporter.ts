import type { ServerContext } from '@modelcontextprotocol/server'
import type { MetaCall } from '../tools/meta-tool.ts'

/**
 * Sends notifications/progress to a client that asked for it. Its value grows with every message, also when a step
 * is told twice (MCP 2026-07-28, basic/patterns/progress).
 */
export function progressReporter({ mcpReq }: Pick<ServerContext, 'mcpReq'>): MetaCall['progress'] {
  const progressToken = mcpReq._meta?.progressToken
  let last = 0
  return (message, done = last + 1, total) => {
    if (progressToken === undefined) return
    last = Math.max(rounded(done), rounded(last + 1 / STEPS))
    const params = { progressToken, progress: last, ...(total !== undefined && { total }), message }
    // A client that has gone away must not end the work.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
  }
}

/** The smallest steps in a whole one. */
const STEPS = 1_000

/** People may see the number. */
function rounded(progress: number): number {
  return Math.round(progress * STEPS) / STEPS
}
