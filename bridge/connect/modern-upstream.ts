import { type JsonObject, RpcError, type RpcMessage, type RpcRequest } from '../protocol/json-rpc.ts'
import { encodeHeaderValue, nameOf } from '../protocol/mcp-headers.ts'
import { claimedVersion, NEWEST_MODERN } from '../protocol/versions.ts'
import { EndpointGone } from './endpoint-gone.ts'
import type { EndpointLink } from './endpoint-link.ts'
import type { LineOutput } from './line-output.ts'
import type { ParameterHeaders } from './parameter-headers.ts'
import { askEndpoint } from './post-message.ts'
import { relayAnswer } from './relay-answer.ts'
import { repeatWhileGone, useLive } from './replay.ts'

/** Serves a client of 2026-07-28. */
export interface ModernUpstream {
  /** Carries one request and writes its answer. Rejects when there is no answer to write. */
  carry(request: RpcRequest, signal: AbortSignal): Promise<void>
  close(signal: AbortSignal): Promise<void>
}

export function createModernUpstream(
  link: EndpointLink,
  output: LineOutput,
  parameterHeaders?: ParameterHeaders,
): ModernUpstream {
  return {
    async carry(request, signal) {
      let wasAcknowledged = false
      for (let isAlive = true; isAlive;) {
        isAlive = false
        const relay = async (message: RpcMessage): Promise<void> => {
          const isAcknowledgement = 'method' in message && message.method === 'notifications/subscriptions/acknowledged'
          isAlive ||= isAcknowledgement
          // A subscription that moved to a new endpoint is acknowledged there once more.
          if (isAcknowledgement && wasAcknowledged) return
          wasAcknowledged ||= isAcknowledgement
          await output.write(withResultType(message))
        }
        // A subscription lasts for hours and breaks often: tries count from the last time that it was taken.
        await sendModern({ link, parameterHeaders }, request, signal, relay).then(
          () => (isAlive = false),
          (error: unknown) => {
            if (!isAlive || !(error instanceof EndpointGone)) throw error
          },
        )
      }
    },
    close: () => Promise.resolve(),
  }
}

/** Absent means complete (basic/index, ResultType), but there are clients that refuse such a result. */
function withResultType(message: RpcMessage): RpcMessage {
  if (!('result' in message) || message.result['resultType'] !== undefined) return message
  return { ...message, result: { resultType: 'complete', ...message.result } }
}

export interface ModernPath {
  readonly link: EndpointLink
  readonly parameterHeaders?: ParameterHeaders | undefined
}

/**
 * Sends one request of 2026-07-28 and hands on all messages of its answer: a POST of its own, whose abort is the
 * cancellation (basic/transports/streamable-http, Cancellation).
 * @throws EndpointGone; the signal's reason
 */
export async function sendModern(
  { link, parameterHeaders }: ModernPath,
  request: RpcRequest,
  signal: AbortSignal,
  onMessage: (message: RpcMessage) => Promise<void>,
): Promise<void> {
  const relay = async (message: RpcMessage): Promise<void> =>
    await onMessage(parameterHeaders?.learn(request, message) ?? message)
  await repeatWhileGone(request.method, signal, link.retry, () =>
    useLive(link, signal, async (endpoint) => {
      const headers = { ...headersOf(request), ...parameterHeaders?.of(request) }
      const answer = await askEndpoint(endpoint, { method: 'POST', headers, message: request, signal })
      // The endpoint that follows a dead one has a token of its own; a refused request had no effect.
      if (answer.status === 401) {
        await answer.discard()
        throw new EndpointGone(false, new Error('The endpoint refused the token (HTTP 401).'))
      }
      await relayAnswer(answer, request, relay)
    }),
  )
}

/** The same for who wants the result alone. @throws RpcError when the answer is an error */
export async function askModern(
  path: ModernPath,
  request: RpcRequest,
  signal: AbortSignal,
  onNotification: (message: RpcMessage) => Promise<void> = () => Promise.resolve(),
): Promise<JsonObject> {
  let result: JsonObject = {}
  await sendModern(path, request, signal, async (message) => {
    if ('error' in message) throw new RpcError(message.error.code, message.error.message, message.error.data)
    if ('result' in message) result = message.result
    else await onNotification(message)
  })
  return result
}

function headersOf(request: RpcRequest): Record<string, string> {
  const name = nameOf(request.method, request.params)
  return {
    'mcp-protocol-version': claimedVersion(request.params) ?? NEWEST_MODERN,
    'mcp-method': encodeHeaderValue(request.method),
    ...(name !== undefined && { 'mcp-name': encodeHeaderValue(name) }),
  }
}
