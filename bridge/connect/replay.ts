import { setTimeout } from 'node:timers/promises'
import { errorResponse, RPC_CODES, RpcError, type RpcRequest, type RpcResponse } from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import { EndpointGone, SessionForgotten } from './endpoint-gone.ts'
import type { Endpoint, EndpointLink } from './endpoint-link.ts'
import type { RetryPolicy } from './retry-policy.ts'

/** Requests that change nothing: they may be sent again when nobody knows whether they arrived. */
const REPEATABLE: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'logging/setLevel',
  'completion/complete',
  'subscriptions/listen',
])

/**
 * Sends a request, and sends it again where the endpoint was gone before the request could have had effects.
 * @param send  asks for the endpoint or session afresh each time
 * @throws what `send` threw last
 */
export async function repeatWhileGone<T>(
  method: string,
  signal: AbortSignal,
  retry: RetryPolicy,
  send: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await send()
    } catch (error) {
      const mayRepeat = error instanceof EndpointGone && (!error.wasSent || REPEATABLE.has(method))
      if (!mayRepeat || attempt >= retry.attempts(method)) throw error
      // A forgotten session is opened anew at once; only then is there something to wait for.
      const pauseMs = error instanceof SessionForgotten && attempt === 1 ? 0 : retry.pauseMs(attempt)
      if (pauseMs > 0) await setTimeout(pauseMs, undefined, { signal })
    }
  }
}

/** Uses the endpoint that is in use, and reports it dead when it turns out to be. */
export async function useLive<T>(
  link: EndpointLink,
  signal: AbortSignal,
  use: (endpoint: Endpoint) => Promise<T>,
): Promise<T> {
  const endpoint = await raceAbort(link.current(), signal)
  try {
    return await use(endpoint)
  } catch (error) {
    if (error instanceof EndpointGone && !(error instanceof SessionForgotten)) link.lose(endpoint)
    throw error
  }
}

/** The response for a request that could not be carried. */
export function failureResponse(request: RpcRequest, error: unknown): RpcResponse {
  if (error instanceof RpcError) return { jsonrpc: '2.0', id: request.id, error: error.toBody() }
  const cause = error instanceof Error ? error.message : String(error)
  const message =
    error instanceof EndpointGone && error.wasSent
      ? `The connection to the server was lost during "${request.method}" (${cause}). It may have had effects, so it was not repeated.`
      : `The server cannot be reached: ${cause}`
  return errorResponse(request.id, RPC_CODES.internal, message)
}
