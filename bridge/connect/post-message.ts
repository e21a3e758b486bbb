import type { IncomingMessage } from 'node:http'
import type { RpcMessage } from '../protocol/json-rpc.ts'
import { readEvents } from '../protocol/event-stream.ts'
import type { Endpoint } from './endpoint-link.ts'

/** Of one answer or one event. */
const ANSWER_BYTES = 64 * 1024 * 1024

/** The endpoint did not answer. `wasSent` is false only when it certainly never saw the request. */
export class EndpointGone extends Error {
  override readonly name = 'EndpointGone'
  readonly wasSent: boolean

  constructor(wasSent: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.wasSent = wasSent
  }
}

/** The endpoint lives, but no longer knows the session, and so did nothing. */
export class SessionForgotten extends EndpointGone {}

export interface EndpointRequest {
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly message?: RpcMessage
  readonly signal: AbortSignal
}

export interface EndpointAnswer {
  readonly status: number
  readonly sessionId: string | undefined
  readonly isStream: boolean
  /** The JSON of each message: one for a JSON answer, many for an event stream. Throws EndpointGone when it breaks off. */
  messages(): AsyncGenerator<string>
}

/** Sends one HTTP request and resolves at its head. @throws EndpointGone; the signal's reason when aborted */
export async function askEndpoint(endpoint: Endpoint, asked: EndpointRequest): Promise<EndpointAnswer> {
  const response = await open(endpoint, asked)
  const isStream = (response.headers['content-type'] ?? '').startsWith('text/event-stream')
  const sessionId = response.headers['mcp-session-id']
  return {
    status: response.statusCode ?? 0,
    sessionId: typeof sessionId === 'string' ? sessionId : undefined,
    isStream,
    messages: () => readMessages(response, isStream, asked.signal),
  }
}

async function open(endpoint: Endpoint, asked: EndpointRequest): Promise<IncomingMessage> {
  const url = new URL(endpoint.url)
  // Not fetch: it gives up on an answer that is silent for five minutes. Loaded late: the door has answered its
  // client's greeting by then, and node:http alone costs 20 ms.
  const { request: send } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const body = asked.message === undefined ? undefined : JSON.stringify(asked.message)
  const headers = {
    accept: asked.method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...endpoint.headers,
    ...asked.headers,
  }
  const options = { method: asked.method, headers, signal: asked.signal }
  return await new Promise((resolve, reject) => {
    const request = send(url, options)
    request.on('response', resolve)
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (asked.signal.aborted) reject(asked.signal.reason)
      else reject(new EndpointGone(!wasNeverSent(error), error))
    })
    request.end(body)
  })
}

function wasNeverSent(error: NodeJS.ErrnoException): boolean {
  return ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(error.code ?? '')
}

async function* readMessages(
  response: IncomingMessage,
  isStream: boolean,
  signal: AbortSignal,
): AsyncGenerator<string> {
  try {
    if (isStream) {
      yield* readEvents(response, ANSWER_BYTES)
      return
    }
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > ANSWER_BYTES) throw new Error(`The answer is longer than ${ANSWER_BYTES} bytes.`)
      chunks.push(chunk)
    }
    const text = Buffer.concat(chunks).toString('utf8')
    if (text !== '') yield text
  } catch (error) {
    signal.throwIfAborted()
    throw new EndpointGone(true, error)
  }
}
