import type { IncomingMessage } from 'node:http'
import type { RpcMessage } from '../protocol/json-rpc.ts'
import { EndpointGone } from './endpoint-gone.ts'
import type { Endpoint } from './endpoint-link.ts'

/** One request to an endpoint. */
export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE'
  /** Where it goes when that is not the endpoint's own URL: an HTTP+SSE server names a second one. */
  readonly url?: string
  readonly headers: Readonly<Record<string, string>>
  readonly message?: RpcMessage
  readonly signal: AbortSignal
}

/** The head of an answer; its body is read or discarded, since it holds a connection. */
export interface HttpAnswer {
  readonly status: number
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  discard(): Promise<void>
}

/** @throws EndpointGone; RpcError where the answer to the client is known; the signal's reason when aborted */
export type HttpSend = (request: HttpRequest) => Promise<HttpAnswer>

/** What every request of MCP carries besides its own headers (2025-11-25: basic/transports; 2026-07-28 the same). */
export function baseHeaders({ method, message }: HttpRequest): Record<string, string> {
  return {
    accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    ...(message && { 'content-type': 'application/json' }),
  }
}

/** Sends straight over node:http: to this machine's own daemon. */
export async function sendHttp(endpoint: Endpoint, asked: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(asked.url ?? endpoint.url)
  // Not fetch: it gives up on an answer that is silent for five minutes. Loaded late: the door has answered its
  // client's greeting by then, and node:http alone costs 20 ms.
  const { request: send } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const body = asked.message === undefined ? undefined : JSON.stringify(asked.message)
  const headers = {
    ...baseHeaders(asked),
    ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
    ...endpoint.headers,
    ...asked.headers,
  }
  const options = { method: asked.method, headers, signal: asked.signal }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(url, options)
    request.on('response', resolve)
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (asked.signal.aborted) reject(asked.signal.reason)
      else reject(new EndpointGone(!wasNeverSent(error), error))
    })
    request.end(body)
  })
  return toAnswer(response)
}

/** Whether the connection failed before a byte of the request could leave. Looks through the causes. */
export function wasNeverSent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : ''
    if (NEVER_SENT.has(code)) return true
  }
  return false
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
])

function toAnswer(response: IncomingMessage): HttpAnswer {
  return {
    status: response.statusCode ?? 0,
    header(name) {
      const value = response.headers[name]
      return typeof value === 'string' ? value : undefined
    },
    body: response as AsyncIterable<Uint8Array>,
    discard: () => Promise.resolve(void response.destroy()),
  }
}
