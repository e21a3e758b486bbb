import { randomUUID } from 'node:crypto'
import { isObject, RPC_CODES, RpcError, type JsonObject, type RpcId, type RpcResponse } from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import type { LineOutput } from './line-output.ts'

/** Requests to a client of the older eras. */
export interface ClientQuestions {
  ask(method: string, params: JsonObject, signal: AbortSignal): Promise<RpcResponse>
  take(response: RpcResponse): void
}

export function createClientQuestions(output: LineOutput): ClientQuestions {
  const open = new Map<RpcId, (response: RpcResponse) => void>()
  let count = 0
  return {
    async ask(method, params, signal) {
      const id = ++count
      const { promise, resolve } = Promise.withResolvers<RpcResponse>()
      open.set(id, resolve)
      try {
        await output.write({ jsonrpc: '2.0', id, method, params })
        return await raceAbort(promise, signal)
      } finally {
        open.delete(id)
      }
    },
    take(response) {
      if (response.id !== null) open.get(response.id)?.(response)
    },
  }
}

export type AskClient = (method: string, params: JsonObject) => Promise<RpcResponse>

export interface InputContext {
  readonly ask: AskClient
  /** The client's. */
  readonly version: string
  readonly clientCapabilities: unknown
}

/** A server that keeps asking is stopped. */
const ROUNDS = 20

/** Which client capability an input request needs (2026-07-28: basic/patterns/mrtr, Server Requirements). */
const CAPABILITIES: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
}

/**
 * Calls, asks the client for what an `input_required` result wants, and calls again with its answers.
 * @returns the result that wants nothing more; for a tool whose input is not to be had, one that says so to the model
 * @throws RpcError for other methods
 */
export async function completeWithInput(
  method: string,
  params: JsonObject,
  context: InputContext,
  call: (params: JsonObject) => Promise<JsonObject>,
): Promise<JsonObject> {
  try {
    let result = await call(params)
    for (let round = 0; result['resultType'] === 'input_required'; round++) {
      if (round === ROUNDS) throw new InputUnavailable(`The server asked for input ${ROUNDS} times.`)
      const { inputRequests, requestState } = result
      const inputResponses = isObject(inputRequests) ? await askAll(inputRequests, context) : undefined
      result = await call({
        ...params,
        ...(inputResponses && { inputResponses }),
        ...(requestState !== undefined && { requestState }),
      })
    }
    return result
  } catch (error) {
    if (method !== 'tools/call' || !(error instanceof InputUnavailable)) throw error
    return { content: [{ type: 'text', text: error.message }], isError: true }
  }
}

class InputUnavailable extends RpcError {
  constructor(message: string) {
    super(RPC_CODES.invalidRequest, message)
  }
}

async function askAll(inputRequests: JsonObject, context: InputContext): Promise<JsonObject> {
  const checked = Object.entries(inputRequests).map(([key, request]) => [key, checkRequest(request, context)] as const)
  const answers = checked.map(async ([key, request]) => [key, await askOne(request, context)] as const)
  return Object.fromEntries(await Promise.all(answers))
}

interface InputRequest {
  readonly method: string
  readonly params: JsonObject
}

function checkRequest(request: unknown, { clientCapabilities }: InputContext): InputRequest {
  const { method, params } = isObject(request) ? request : {}
  const capability = typeof method === 'string' ? CAPABILITIES[method] : undefined
  if (
    typeof method === 'string' &&
    capability &&
    isObject(clientCapabilities) &&
    isObject(clientCapabilities[capability])
  )
    return { method, params: isObject(params) ? params : {} }
  throw new InputUnavailable(
    `The server needs input by "${String(method)}", which this client does not offer. Use a client with ${capability ?? 'that ability'}.`,
  )
}

async function askOne({ method, params }: InputRequest, { ask, version }: InputContext): Promise<unknown> {
  const response = await ask(method, toLegacyParams(method, params, version))
  if ('result' in response) return response.result
  throw new InputUnavailable(`The client refused "${method}": ${response.error.message}`)
}

/** `mode` came with 2025-11-25, whose URL mode has an id that later revisions dropped. */
function toLegacyParams(method: string, params: JsonObject, version: string): JsonObject {
  if (method !== 'elicitation/create') return params
  const { mode, ...rest } = params
  if (version < '2025-11-25') return rest
  return mode === 'url' ? { elicitationId: randomUUID(), ...params } : params
}
