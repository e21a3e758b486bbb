import {
  isObject,
  RPC_CODES,
  RpcError,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import { META, metaOf } from '../protocol/versions.ts'
import { toDiscovered, toLegacyParams, toModernResult } from '../serve/modern-translation.ts'
import type { EndpointLink } from './endpoint-link.ts'
import type { OpenSession } from './legacy-session.ts'
import { createLegacyUpstream } from './legacy-upstream.ts'
import type { LineOutput } from './line-output.ts'
import { createCall, type Call } from './suspended-call.ts'
import type { ModernUpstream } from './modern-upstream.ts'
import { createSubscriptions } from './modern-subscriptions.ts'

/**
 * Serves a client of 2026-07-28 with a server of an older era: a session is kept here, and what the server asks in the
 * middle of a call becomes an `input_required` result, while the call waits for the client to come back.
 * 2026-07-28: basic/patterns/mrtr; 2025-11-25: basic/lifecycle
 */
export function createModernOnLegacy(link: EndpointLink, output: LineOutput, openSession: OpenSession): ModernUpstream {
  /** By the id that the server knows them by, and by the state that the client comes back with. */
  const calls = new Map<RpcId, Call>()
  const subscriptions = createSubscriptions(output)
  const upstream = createLegacyUpstream(link, { ...output, write: take }, openSession)
  let hasBegun = false
  let logLevel: unknown
  let count = 0

  /** What the server says, sorted by whom it is for. */
  async function take(message: RpcMessage, relatedTo?: RpcId): Promise<void> {
    if (!('method' in message)) return message.id === null ? undefined : calls.get(message.id)?.settle(message)
    if ('id' in message) return await takeQuestion(message, relatedTo)
    if (subscriptions.isHeard(message)) return await subscriptions.deliver(message)
    await output.write(message)
  }

  async function takeQuestion(question: RpcRequest, relatedTo: RpcId | undefined): Promise<void> {
    if (question.method === 'ping') return await upstream.respond({ jsonrpc: '2.0', id: question.id, result: {} })
    const asking = callThatAsks(relatedTo)
    if (asking) return asking.settle(question)
    const error = {
      code: RPC_CODES.invalidRequest,
      message: 'It is not clear for which call the client should be asked.',
    }
    await upstream.respond({ jsonrpc: '2.0', id: question.id, error })
  }

  /**
   * Servers ask on the stream of the call that needs the answer. Where they do not, as over HTTP+SSE, it must be the
   * only one: one client's question never goes to another.
   */
  function callThatAsks(relatedTo: RpcId | undefined): Call | undefined {
    const possible = [...calls.values()].filter((call) => call.maySuspend)
    const related = possible.find(({ id }) => id === relatedTo)
    return related ?? (possible.length === 1 ? possible[0] : undefined)
  }

  function begin(request: RpcRequest): void {
    if (hasBegun) return
    hasBegun = true
    const meta = metaOf(request.params)
    upstream.begin({
      protocolVersion: '2025-11-25',
      capabilities: meta[META.clientCapabilities] ?? {},
      clientInfo: meta[META.clientInfo] ?? { name: 'unknown', version: '0' },
    })
  }

  async function setLogLevel(request: RpcRequest, initialized: JsonObject, signal: AbortSignal): Promise<void> {
    const level = metaOf(request.params)[META.logLevel]
    const capabilities = initialized['capabilities']
    if (level === undefined || level === logLevel || !isObject(capabilities) || !capabilities['logging']) return
    logLevel = level
    await run('logging/setLevel', { level }, signal)
  }

  /** A request of our own to the server. */
  async function run(method: string, params: JsonObject, signal: AbortSignal): Promise<void> {
    await upstream.request({ jsonrpc: '2.0', id: `own-${++count}`, method, params }, signal)
  }

  function start(request: RpcRequest): Call {
    const id = `call-${++count}`
    const call = createCall(id, request.method, () => calls.delete(id))
    calls.set(id, call)
    const sent = { jsonrpc: '2.0', id, method: request.method, params: toLegacyParams(request.params ?? {}) } as const
    upstream.request(sent, call.signal).catch((error: unknown) => call.fail(error))
    return call
  }

  /** The call that the client comes back to, with what it was asked for. */
  async function goOn(params: JsonObject): Promise<Call> {
    const call = [...calls.values()].find(({ state }) => state === params['requestState'])
    const question = call?.question
    if (!call || !question)
      throw new RpcError(RPC_CODES.invalidParams, 'The call that waited for this input is over. Begin it again.')
    call.resume()
    const responses = isObject(params['inputResponses']) ? params['inputResponses'] : {}
    const answer = responses[QUESTION]
    await upstream.respond(
      isObject(answer)
        ? { jsonrpc: '2.0', id: question.id, result: answer }
        : { jsonrpc: '2.0', id: question.id, error: { code: RPC_CODES.internal, message: 'Nobody answered.' } },
    )
    return call
  }

  async function carryCall(request: RpcRequest, signal: AbortSignal): Promise<RpcResponse> {
    const call = request.params?.['requestState'] === undefined ? start(request) : await goOn(request.params)
    const cancel = (): void => {
      call.cancel()
      const params = { requestId: call.id, reason: 'The client cancelled the request.' }
      upstream.notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }).catch(() => {})
    }
    signal.addEventListener('abort', cancel, { once: true })
    try {
      const outcome = await raceAbort(call.outcome(), signal)
      if ('error' in outcome) return { ...outcome, id: request.id }
      const result = 'method' in outcome ? inputRequired(outcome, call) : toModernResult(request.method, outcome.result)
      return { jsonrpc: '2.0', id: request.id, result }
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  return {
    async carry(request, signal) {
      begin(request)
      const initialized = await upstream.initializeResult(signal)
      if (request.method === 'server/discover') {
        const result = toDiscovered(initialized)
        return await output.write({ jsonrpc: '2.0', id: request.id, result })
      }
      if (request.method === 'subscriptions/listen') {
        return await subscriptions.listen(request, initialized, signal, (method, uri) => run(method, { uri }, signal))
      }
      await setLogLevel(request, initialized, signal)
      await output.write(await carryCall(request, signal))
    },
    close: (signal) => upstream.close(signal),
  }
}

/** The server asks one thing at a time; its key in `inputRequests`. */
const QUESTION = 'question'

function inputRequired({ method, params }: RpcRequest, { state }: Call): JsonObject {
  const inputRequests = { [QUESTION]: { method, params: params ?? {} } }
  return { resultType: 'input_required', inputRequests, requestState: state }
}
