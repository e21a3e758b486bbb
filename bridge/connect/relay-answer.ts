import {
  errorResponse,
  readMessage,
  RPC_CODES,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { EndpointGone } from './endpoint-gone.ts'
import type { EndpointAnswer } from './post-message.ts'

/** What stands in front of a server says while that is started again; the server says it in JSON-RPC. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504])

/** Goes on with a stream that broke off; undefined when the endpoint does not keep it. */
export type ResumeAnswer = (broken: EndpointAnswer) => Promise<EndpointAnswer | undefined>

/**
 * Hands on each message of an endpoint's answer to one request, in order, the response last.
 * A body that is no JSON-RPC (a proxy's error page) becomes an error response that names the HTTP status.
 * @throws EndpointGone when the answer ends without the response and cannot be resumed, or a gateway has no server
 */
export async function relayAnswer(
  answer: EndpointAnswer,
  request: RpcRequest,
  onMessage: (message: RpcMessage) => Promise<void>,
  resume?: ResumeAnswer,
): Promise<void> {
  let current = answer
  for (;;) {
    const end = await relayUntilEnd(current, request, onMessage)
    if (end === 'answered') return
    if (AWAY.has(current.status)) throw new EndpointGone(true, new Error(`It answered HTTP ${current.status}.`))
    if (current.status >= 400) return await onMessage(refusal(current.status, request))
    const resumed = await resume?.(current)
    if (!resumed) throw end
    current = resumed
  }
}

async function relayUntilEnd(
  answer: EndpointAnswer,
  request: RpcRequest,
  onMessage: (message: RpcMessage) => Promise<void>,
): Promise<'answered' | EndpointGone> {
  try {
    for await (const text of answer.messages()) {
      const read = readMessage(parseJson(text))
      if (read.kind === 'invalid' && answer.isStream) continue
      if (read.kind === 'invalid' && AWAY.has(answer.status)) break
      if (read.kind === 'invalid') {
        await onMessage(refusal(answer.status, request))
        return 'answered'
      }
      if (read.kind === 'response' && answersTo(read.message, request, answer)) {
        await onMessage({ ...read.message, id: request.id })
        return 'answered'
      }
      await onMessage(read.message)
    }
  } catch (error) {
    if (error instanceof EndpointGone) return error
    throw error
  }
  return new EndpointGone(true, new Error('The endpoint ended its answer before the response.'))
}

/** A refusal may come without an id, when the endpoint gave up before it read one. */
function answersTo(response: RpcResponse, request: RpcRequest, answer: EndpointAnswer): boolean {
  return response.id === request.id || (!answer.isStream && response.id === null)
}

function refusal(status: number, request: RpcRequest): RpcResponse {
  return errorResponse(
    request.id,
    RPC_CODES.internal,
    `The endpoint answered HTTP ${status} without a JSON-RPC message.`,
    { status },
  )
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
