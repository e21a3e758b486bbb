import { randomUUID } from 'node:crypto'
import type { RpcRequest, RpcResponse } from '../protocol/json-rpc.ts'

/** A call whose question the client leaves unanswered for this long is given up. */
const PARKED_MS = 10 * 60_000

/** A request that is under way at the server, maybe over several of the client's. */
export interface Call {
  readonly id: string
  readonly state: string
  readonly signal: AbortSignal
  /** What the client has been asked and has not answered. */
  readonly question: RpcRequest | undefined
  readonly maySuspend: boolean
  /** The next thing to tell the client: the response, or a question. */
  outcome(): Promise<RpcResponse | RpcRequest>
  settle(outcome: RpcResponse | RpcRequest): void
  fail(error: unknown): void
  resume(): void
  cancel(): void
}

/** 2026-07-28: basic/patterns/mrtr, Supported Requests. */
const SUSPENDABLE: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/** @param onOver  when nobody will come back to it */
export function createCall(id: string, method: string, onOver: () => void): Call {
  const abort = new AbortController()
  let next = Promise.withResolvers<RpcResponse | RpcRequest>()
  let question: RpcRequest | undefined
  let forgotten: NodeJS.Timeout | undefined
  next.promise.catch(() => {})

  function cancel(): void {
    clearTimeout(forgotten)
    abort.abort(new Error('The client gave the call up.'))
    onOver()
  }

  return {
    id,
    state: randomUUID(),
    signal: abort.signal,
    get question() {
      return question
    },
    get maySuspend() {
      return SUSPENDABLE.has(method) && question === undefined
    },
    outcome: () => next.promise,
    settle(outcome) {
      next.resolve(outcome)
      if (!('method' in outcome)) return onOver()
      question = outcome
      forgotten = setTimeout(cancel, PARKED_MS).unref()
    },
    fail(error) {
      next.reject(error)
      onOver()
    },
    resume() {
      clearTimeout(forgotten)
      question = undefined
      next = Promise.withResolvers()
      next.promise.catch(() => {})
    },
    cancel,
  }
}
