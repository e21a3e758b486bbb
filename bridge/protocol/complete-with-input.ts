import { randomUUID } from 'node:crypto'
import { isObject, RPC_CODES, RpcError, type JsonObject, type RpcResponse } from './json-rpc.ts'

/** A server that keeps asking is stopped. */
const ROUNDS = 20

/** Which client capability an input request needs (2026-07-28: basic/patterns/mrtr, Server Requirements). */
const CAPABILITIES: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
}

/** The client cannot give what the server asks for. Of a tool it is a result that the model can read. */
export class InputUnavailable extends RpcError {}

/** The missing input as a tool's result. */
export function toToolFailure(error: Error): JsonObject {
  return { content: [{ type: 'text', text: error.message }], isError: true }
}

export interface InputContext {
  readonly version: string
  readonly clientCapabilities: JsonObject
  /** Asks the client on the stream of the call that needs the input. */
  readonly ask: (method: string, params: JsonObject) => Promise<RpcResponse>
}

/**
 * Completes a call for a client of the older eras: each `input_required` result becomes requests to that client, and
 * the call is made again with what it answered.
 * @throws InputUnavailable when the client lacks the capability or refuses, or is asked without end
 */
export async function completeWithInput(
  params: JsonObject,
  context: InputContext,
  call: (params: JsonObject) => Promise<JsonObject>,
): Promise<JsonObject> {
  let result = await call(params)
  for (let round = 0; result['resultType'] === 'input_required'; round++) {
    if (round === ROUNDS) throw new InputUnavailable(RPC_CODES.internal, `The server asked for input ${ROUNDS} times.`)
    const { inputRequests, requestState } = result
    const inputResponses = isObject(inputRequests) ? await askAll(inputRequests, context) : undefined
    result = await call({
      ...params,
      ...(inputResponses && { inputResponses }),
      ...(requestState !== undefined && { requestState }),
    })
  }
  return result
}

async function askAll(inputRequests: JsonObject, context: InputContext): Promise<JsonObject> {
  const entries = Object.entries(inputRequests)
  for (const [, request] of entries) checkCapability(request, context)
  const responses = await Promise.all(
    entries.map(async ([key, request]) => [key, await askOne(request, context)] as const),
  )
  return Object.fromEntries(responses)
}

function checkCapability(request: unknown, { clientCapabilities }: InputContext): void {
  const method = isObject(request) ? String(request['method']) : 'nothing'
  const capability = CAPABILITIES[method]
  if (capability !== undefined && isObject(clientCapabilities[capability])) return
  throw new InputUnavailable(
    RPC_CODES.invalidRequest,
    `The server needs input by "${method}", which this client does not offer. Use a client with ${capability ?? 'that ability'}.`,
  )
}

async function askOne(request: unknown, { version, ask }: InputContext): Promise<unknown> {
  // checkCapability has seen that it is one.
  const { method, params } = request as { method: string; params?: JsonObject }
  const response = await ask(method, toLegacyParams(method, params ?? {}, version))
  if ('result' in response) return response.result
  throw new InputUnavailable(RPC_CODES.internal, `The client refused "${method}": ${response.error.message}`)
}

/** `mode` came with 2025-11-25, whose URL mode has an id that later revisions dropped. */
function toLegacyParams(method: string, params: JsonObject, version: string): JsonObject {
  if (method !== 'elicitation/create') return params
  const { mode, ...rest } = params
  if (version < '2025-11-25') return rest
  return mode === 'url' ? { elicitationId: randomUUID(), ...params } : params
}
