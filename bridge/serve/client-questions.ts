import type { JsonObject, RpcId, RpcMessage, RpcResponse } from '../protocol/json-rpc.ts'

/** Requests that go the other way, from the bridge to a client of the older eras. */
export interface ClientQuestions {
  /** Sends a request by way of `send`. Resolves with the response; rejects with the signal's reason. */
  ask(
    method: string,
    params: JsonObject,
    send: (message: RpcMessage) => void,
    signal: AbortSignal,
  ): Promise<RpcResponse>
  /** Takes a response of the client; one that nobody waits for is dropped. */
  take(response: RpcResponse): void
}

export function createClientQuestions(): ClientQuestions {
  const waiting = new Map<RpcId, (response: RpcResponse) => void>()
  let askedCount = 0
  return {
    async ask(method, params, send, signal) {
      signal.throwIfAborted()
      const id = `bridge-${++askedCount}`
      const { promise, resolve, reject } = Promise.withResolvers<RpcResponse>()
      const onAbort = (): void => reject(signal.reason)
      waiting.set(id, resolve)
      signal.addEventListener('abort', onAbort, { once: true })
      send({ jsonrpc: '2.0', id, method, params })
      try {
        return await promise
      } finally {
        waiting.delete(id)
        signal.removeEventListener('abort', onAbort)
      }
    },
    take(response) {
      if (response.id !== null) waiting.get(response.id)?.(response)
    },
  }
}
