import { EndpointGone } from '../../../bridge/connect/endpoint-gone.ts'
import { createEndpointLink } from '../../../bridge/connect/endpoint-link.ts'
import type { Credentials } from '../../../bridge/connect/login/credentials.ts'
import { createRemoteSend } from '../../../bridge/connect/remote-send.ts'
import { createRemoteUpstreams } from '../../../bridge/connect/remote-upstreams.ts'
import type { RetryPolicy } from '../../../bridge/connect/retry-policy.ts'
import {
  isObject,
  type JsonObject,
  RpcError,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../../../bridge/protocol/json-rpc.ts'
import { META } from '../../../bridge/protocol/versions.ts'
import { envelope } from '../../../bridge/serve/envelope.ts'
import type { Connection } from '../../model/connection.ts'

export interface UpstreamOptions {
  readonly connection: Pick<Connection, 'url' | 'transport'>
  /** Goes to the connection's own host only, and resolves at the head of an answer. */
  readonly fetch: typeof globalThis.fetch
  readonly credentials: Credentials
  readonly answerBytes: number
}

export interface UpstreamRequest {
  readonly method: string
  readonly params: JsonObject
  /** What the client behind it can be asked (2026-07-28: basic/index, Per-request protocol fields). */
  readonly capabilities: JsonObject
  readonly signal: AbortSignal
  /** Progress and, of a subscription, what it is told. */
  readonly onNotification?: (notification: RpcNotification) => void
}

/** One MCP server of any era across the network, asked in the form of 2026-07-28. Nothing is sent until then. */
export interface Upstream {
  /** @throws RpcError, EndpointGone, LocalFailure as bridge/connect has them; the signal's reason */
  request(request: UpstreamRequest): Promise<JsonObject>
  close(): Promise<void>
}

/** A forgotten session is opened anew; what is away is told at once, since the caller waits. */
const ONCE_MORE: RetryPolicy = { attempts: () => 2, pauseMs: () => 0 }
const CLIENT = { name: 'mcpwright', version: '1' }
const CLOSE_MS = 1_000
/** Of a token; no person is asked here. */
const RENEWAL_MS = 30_000

export function openUpstream({ connection, fetch, credentials, answerBytes }: UpstreamOptions): Upstream {
  const { url, transport } = connection
  const waiting = new Map<RpcId, Waiting>()
  const send = createRemoteSend({
    url,
    headers: {},
    fetch,
    credentials: () => Promise.resolve(credentials),
    loginAnswerMs: RENEWAL_MS,
  })
  const link = createEndpointLink(() => Promise.resolve({ url, headers: {}, send, answerBytes }), undefined, ONCE_MORE)
  const output = { write: (message: RpcMessage) => Promise.resolve(take(message)), flush: () => Promise.resolve() }
  const { modern } = createRemoteUpstreams(link, output, { transport, warn: () => {} })
  let count = 0

  /** Answers are found by their id, notifications by the token or subscription that they name. */
  function take(message: RpcMessage): void {
    if (!('method' in message)) {
      const asked = message.id === null ? undefined : waiting.get(message.id)
      if (asked) asked.answer = message
    } else if (!('id' in message)) waiting.get(subjectOf(message))?.onNotification?.(message)
  }

  return {
    async request({ method, params, capabilities, signal, onNotification }) {
      const id = `${++count}`
      const asked: Waiting = { onNotification, answer: undefined }
      const meta = { ...(isObject(params['_meta']) && params['_meta']), [META.progressToken]: id }
      const whole = envelope({ ...params, _meta: meta }, { clientInfo: CLIENT, clientCapabilities: capabilities })
      const request: RpcRequest = { jsonrpc: '2.0', id, method, params: whole }
      waiting.set(id, asked)
      try {
        await modern.carry(request, signal)
        return resultOf(asked.answer)
      } finally {
        waiting.delete(id)
      }
    },
    close: () => modern.close(AbortSignal.timeout(CLOSE_MS)),
  }
}

interface Waiting {
  readonly onNotification: ((notification: RpcNotification) => void) | undefined
  answer: RpcResponse | undefined
}

function subjectOf({ params }: RpcNotification): RpcId {
  const meta = isObject(params?.['_meta']) ? params['_meta'] : {}
  const subject = params?.['progressToken'] ?? meta[META.subscriptionId]
  return typeof subject === 'string' || typeof subject === 'number' ? subject : ''
}

function resultOf(answer: RpcResponse | undefined): JsonObject {
  if (!answer) throw new EndpointGone(true, new Error('The server ended its answer before the response.'))
  if ('result' in answer) return answer.result
  throw new RpcError(answer.error.code, answer.error.message, answer.error.data)
}
