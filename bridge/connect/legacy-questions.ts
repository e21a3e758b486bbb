import type { JsonObject, RpcId, RpcResponse } from '../protocol/json-rpc.ts'
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
