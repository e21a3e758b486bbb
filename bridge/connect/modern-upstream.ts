import { type RpcMessage, type RpcRequest } from '../protocol/json-rpc.ts'
import { encodeHeaderValue, nameOf } from '../protocol/mcp-headers.ts'
import { claimedVersion, NEWEST_MODERN } from '../protocol/versions.ts'
import { EndpointGone } from './endpoint-gone.ts'
import type { EndpointLink } from './endpoint-link.ts'
import type { LineOutput } from './line-output.ts'
import { askEndpoint } from './post-message.ts'
import { relayAnswer } from './relay-answer.ts'
import { repeatWhileGone, useLive } from './replay.ts'

/**
 * Carries one request of a 2026-07-28 client and writes its answer: a POST of its own, whose abort is the
 * cancellation (basic/transports/streamable-http, Cancellation). Rejects when there is no answer to write.
 */
export async function carryModern(
  link: EndpointLink,
  output: LineOutput,
  request: RpcRequest,
  signal: AbortSignal,
): Promise<void> {
  let wasAcknowledged = false

  async function relay(message: RpcMessage): Promise<void> {
    const isAcknowledgement = 'method' in message && message.method === 'notifications/subscriptions/acknowledged'
    // A subscription that moved to a new endpoint is acknowledged there once more.
    if (isAcknowledgement && wasAcknowledged) return
    wasAcknowledged ||= isAcknowledgement
    await output.write(message)
  }

  await repeatWhileGone(request.method, signal, link.retry, () =>
    useLive(link, signal, async (endpoint) => {
      const asked = { method: 'POST', headers: headersOf(request), message: request, signal } as const
      const answer = await askEndpoint(endpoint, asked)
      // The endpoint that follows a dead one has a token of its own; a refused request had no effect.
      if (answer.status === 401) throw new EndpointGone(false, new Error('The endpoint refused the token (HTTP 401).'))
      await relayAnswer(answer, request, relay)
    }),
  )
}

function headersOf(request: RpcRequest): Record<string, string> {
  const name = nameOf(request.method, request.params)
  return {
    'mcp-protocol-version': claimedVersion(request.params) ?? NEWEST_MODERN,
    'mcp-method': encodeHeaderValue(request.method),
    ...(name !== undefined && { 'mcp-name': encodeHeaderValue(name) }),
  }
}
