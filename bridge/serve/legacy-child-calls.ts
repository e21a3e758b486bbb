import { randomUUID } from 'node:crypto'
import {
  isObject,
  RPC_CODES,
  RpcError,
  type JsonObject,
  type RpcId,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { META, metaOf } from '../protocol/versions.ts'
import type { ChildCall } from './child-connection.ts'
import type { Conversation } from './conversation.ts'
import { toLegacyParams, toModernResult } from './modern-translation.ts'

/** A caller of 2026-07-28 who does not come back with the answers in this time is no longer waited for. */
const PARKED_MS = 5 * 60_000

/** A conversation that one call has to itself, so that what the server asks meanwhile is about this call. */
export interface Lease {
  readonly conversation: Conversation
  release(): void
}

/**
 * Makes calls of 2026-07-28 in conversations of the older eras. What the server asks of the client comes out as an
 * `input_required` result while its call waits here; the caller's next try goes on with it
 * (2026-07-28: basic/patterns/mrtr).
 */
export interface LegacyChildCalls {
  /** A new call. The lease is given back when it has ended. */
  begin(call: ChildCall, lease: Lease): Promise<JsonObject>
  /** Whether this request goes on with a call that waits here. */
  isParked(params: JsonObject): boolean
  /** @throws RpcError -32602 for answers that were not asked for */
  goOn(call: ChildCall): Promise<JsonObject>
}

interface Question {
  readonly key: string
  readonly request: RpcRequest
}

interface CallUnderWay {
  readonly method: string
  readonly id: RpcId
  readonly lease: Lease
  /** Sent to the caller and not answered yet. */
  readonly open: Map<string, RpcRequest>
  /** Asked since. */
  readonly asked: Question[]
  onNotification: ChildCall['onNotification']
  /** Who waits for the result or for questions; undefined while it is parked. */
  waiter: PromiseWithResolvers<JsonObject> | undefined
  response: RpcResponse | undefined
  timer: NodeJS.Timeout | undefined
}

export function createLegacyChildCalls(): LegacyChildCalls {
  const parked = new Map<string, CallUnderWay>()
  let lastId = 0

  async function waitFor(call: CallUnderWay, signal: AbortSignal | undefined): Promise<JsonObject> {
    const waiter = Promise.withResolvers<JsonObject>()
    call.waiter = waiter
    const onAbort = (): void => {
      cancel(call)
      waiter.reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    tell(call)
    try {
      return await waiter.promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
      call.waiter = undefined
    }
  }

  /** Gives who waits what there is: the response, or the questions so far. */
  function tell(call: CallUnderWay): void {
    const { waiter, response, asked } = call
    if (!waiter) return
    if (response) return settle(call.method, response, waiter)
    if (asked.length === 0) return
    const questions = asked.splice(0)
    for (const { key, request } of questions) call.open.set(key, request)
    waiter.resolve(park(call, questions))
  }

  function park(call: CallUnderWay, questions: readonly Question[]): JsonObject {
    const requestState = randomUUID()
    parked.set(requestState, call)
    call.timer = setTimeout(() => {
      parked.delete(requestState)
      cancel(call)
    }, PARKED_MS).unref()
    const inputRequests = Object.fromEntries(
      questions.map(({ key, request: { method, params } }) => [key, { method, ...(params && { params }) }]),
    )
    return { resultType: 'input_required', inputRequests, requestState }
  }

  return {
    async begin({ method, params, signal, onNotification }, lease) {
      const id = ++lastId
      const call: CallUnderWay = {
        method,
        id,
        lease,
        open: new Map(),
        asked: [],
        onNotification,
        waiter: undefined,
        response: undefined,
        timer: undefined,
      }
      void carry(call, { jsonrpc: '2.0', id, method, params: toLegacyParams(params) }, () => tell(call))
      return await waitFor(call, signal)
    },
    isParked: (params) => parked.has(String(params['requestState'])),
    async goOn({ params, signal, onNotification, method }) {
      const state = String(params['requestState'])
      const call = parked.get(state)
      const answers = params['inputResponses']
      if (!call || call.method !== method || !isObject(answers)) {
        throw new RpcError(RPC_CODES.invalidParams, 'No call waits for these answers.')
      }
      parked.delete(state)
      clearTimeout(call.timer)
      call.onNotification = onNotification
      for (const [key, request] of call.open) respond(call, request, answers[key])
      call.open.clear()
      return await waitFor(call, signal)
    },
  }
}

async function carry(call: CallUnderWay, message: RpcRequest, onNews: () => void): Promise<void> {
  await call.lease.conversation.request(message, {
    canStream: true,
    left: new AbortController().signal,
    notify(told) {
      if ('method' in told) call.onNotification?.(told.method, told.params ?? {})
    },
    send(told) {
      // The conversation sends only requests this way.
      if ('method' in told && 'id' in told) call.asked.push({ key: `request-${told.id}`, request: told })
      // Several that come in one piece are asked in one round.
      setImmediate(onNews)
    },
    finish(response) {
      call.response = response
      onNews()
    },
    end: () => {},
  })
  call.lease.release()
}

function respond({ lease }: CallUnderWay, { id, method }: RpcRequest, answer: unknown): void {
  const error = { code: RPC_CODES.internal, message: `The client gave no answer to "${method}".` }
  lease.conversation.respond(isObject(answer) ? { jsonrpc: '2.0', id, result: answer } : { jsonrpc: '2.0', id, error })
}

function cancel({ lease, id }: CallUnderWay): void {
  lease.conversation.notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
}

function settle(method: string, response: RpcResponse, waiter: PromiseWithResolvers<JsonObject>): void {
  if ('result' in response) return waiter.resolve(toModernResult(method, response.result))
  const { code, message, data } = response.error
  waiter.reject(new RpcError(code, message, data))
}

/** Which of the caller's abilities a server of the older eras could make use of. */
export function inputCapabilities(params: JsonObject): JsonObject {
  const all = metaOf(params)[META.clientCapabilities]
  const { elicitation, sampling, roots } = isObject(all) ? all : {}
  return {
    ...(elicitation !== undefined && { elicitation }),
    ...(sampling !== undefined && { sampling }),
    ...(roots !== undefined && { roots }),
  }
}
