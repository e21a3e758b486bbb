/**
 * Calls of stdio doors that are under way. Over HTTP a stream that ends is all that is heard of a client that cancels
 * and of one that has gone (MCP 2026-07-28, basic/transports/streamable-http, Cancellation); a door knows which of
 * the two it was, and says so.
 */
export interface OpenCalls {
  /** @returns a signal that aborts when the door cancels this call; dispose it with the call */
  open(door: string | undefined, requestId: string | number): { readonly signal: AbortSignal } & Disposable
  /** @param requestId  as JSON */
  cancel(door: string, requestId: string): void
}

export function createOpenCalls(): OpenCalls {
  const calls = new Map<string, AbortController>()
  return {
    open(door, requestId) {
      const cancelling = new AbortController()
      const key = door === undefined ? undefined : keyOf(door, JSON.stringify(requestId))
      if (key !== undefined) calls.set(key, cancelling)
      return {
        signal: cancelling.signal,
        [Symbol.dispose]() {
          if (key !== undefined && calls.get(key) === cancelling) calls.delete(key)
        },
      }
    },
    cancel: (door, requestId) => calls.get(keyOf(door, requestId))?.abort(),
  }
}

/** @param requestId  as JSON: 1 is another request than "1" */
function keyOf(door: string, requestId: string): string {
  return `${door} ${requestId}`
}

/** What a door adds to its requests: a name that nobody else has. */
export const DOOR_HEADER = 'mcpwright-door'
