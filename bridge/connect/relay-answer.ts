import {
  errorResponse,
  readMessage,
  RPC_CODES,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { EndpointGone, type EndpointAnswer } from './post-message.ts'

/**
 * Hands on each message of an endpoint's answer to one request, in order, the response last.
 * A body that is no JSON-RPC (a proxy's error page) becomes an error response that names the HTTP status.
 * @throws EndpointGone when the answer ends without the response
 */
export async function relayAnswer(
  answer: EndpointAnswer,
  request: RpcRequest,
  onMessage: (message: RpcMessage) => Promise<void>,
): Promise<void> {
  for await (const text of answer.messages()) {
    const read = readMessage(parse(text))
    if (read.kind === 'invalid' && answer.isStream) continue
    if (read.kind === 'invalid') return await onMessage(refusal(answer.status, request))
    if (read.kind === 'response' && answersTo(read.message, request, answer)) {
      return await onMessage({ ...read.message, id: request.id })
    }
    await onMessage(read.message)
  }
  if (answer.status >= 400) return await onMessage(refusal(answer.status, request))
  throw new EndpointGone(true, new Error('The endpoint ended its answer before the response.'))
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
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
