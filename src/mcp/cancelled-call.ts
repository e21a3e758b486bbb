import { SdkError, SdkErrorCode, type ServerContext } from '@modelcontextprotocol/server'
import { DOOR_HEADER, type OpenCalls } from './open-calls.ts'

/**
 * Aborts when the client cancels its call, by notifications/cancelled or through its door, and not when it has gone:
 * durable work outlives its client. Dispose it with the call.
 */
export function cancelledCall(
  { mcpReq, http }: ServerContext,
  openCalls: OpenCalls,
): { readonly signal: AbortSignal } & Disposable {
  const open = openCalls.open(http?.req?.headers.get(DOOR_HEADER) ?? undefined, mcpReq.id)
  const told = new AbortController()
  mcpReq.signal.addEventListener('abort', () => {
    if (!isGone(mcpReq.signal.reason)) told.abort()
  })
  return { signal: AbortSignal.any([open.signal, told.signal]), [Symbol.dispose]: () => open[Symbol.dispose]() }
}

/** What the SDK aborts with when the transport has closed; a cancellation has the client's own reason, or none. */
function isGone(reason: unknown): boolean {
  return reason instanceof SdkError && reason.code === SdkErrorCode.ConnectionClosed
}
