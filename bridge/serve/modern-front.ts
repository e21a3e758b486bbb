import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  isObject,
  RPC_CODES,
  RpcError,
  type JsonObject,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { ALL_VERSIONS, META, metaOf } from '../protocol/versions.ts'
import { statusOfError, type ChildCaller } from './child-caller.ts'
import { createHttpAnswer, type HttpAnswer } from './http-answer.ts'
import { checkModernRequest } from './modern-envelope.ts'
import { honored, type Subscriber, type SubscriptionFilter } from './subscription-hub.ts'

/** Serves the stateless requests of 2026-07-28 (basic/transports/streamable-http). */
export interface ModernFront {
  /** @throws HttpRefusal before anything was answered */
  serve(request: IncomingMessage, response: ServerResponse, message: RpcRequest): Promise<void>
  /** Ends all subscriptions, gracefully. */
  close(): void
}

export function createModernFront(caller: ChildCaller): ModernFront {
  const closers = new Set<() => void>()

  async function forward(message: RpcRequest, answer: HttpAnswer): Promise<JsonObject> {
    return await caller.call({
      method: message.method,
      params: message.params ?? {},
      signal: answer.left,
      onNotification: (method, params) => answer.notify({ jsonrpc: '2.0', method, params }),
    })
  }

  /** The stream is the bridge's own, so it outlives a child that sleeps or crashes. */
  async function listen(message: RpcRequest, answer: HttpAnswer): Promise<void> {
    const asked = filterOf(message)
    const discovered = await caller.discover(answer.left)
    const capabilities = discovered['capabilities']
    const filter = honored(asked, isObject(capabilities) ? capabilities : {})
    const meta = { [META.subscriptionId]: message.id }
    const say = (method: string, params: JsonObject): void =>
      answer.notify({ jsonrpc: '2.0', method, params: { ...params, _meta: { ...metaOf(params), ...meta } } })
    // Nothing may come before the acknowledgement.
    const subscriber: Subscriber = { filter: {}, deliver: say }
    caller.subscriptions.add(subscriber)
    answer.left.addEventListener('abort', leave, { once: true })
    const { resourceSubscriptions: uris, ...lists } = filter
    if (uris) {
      const watch = caller.subscriptions.watch
      try {
        await caller.withChild((connection) => watch(subscriber, uris, connection), answer.left)
      } catch (error) {
        leave()
        throw error
      }
    }
    say('notifications/subscriptions/acknowledged', { notifications: filter })
    subscriber.filter = { ...subscriber.filter, ...lists }
    closers.add(close)

    function leave(): void {
      caller.subscriptions.remove(subscriber)
      closers.delete(close)
    }
    function close(): void {
      leave()
      answer.finish({ jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', _meta: meta } })
    }
  }

  return {
    async serve(request, response, message) {
      checkModernRequest(request.headers, message)
      const answer = createHttpAnswer(request, response)
      try {
        if (message.method === 'subscriptions/listen') return await listen(message, answer)
        const isDiscover = message.method === 'server/discover'
        const result = isDiscover
          ? { ...(await caller.discover(answer.left)), supportedVersions: ALL_VERSIONS }
          : await forward(message, answer)
        answer.finish({ jsonrpc: '2.0', id: message.id, result })
      } catch (error) {
        if (answer.left.aborted) return
        const failure = failureOf(message, error)
        answer.finish(failure, statusOfError(failure.error.code))
      }
    },
    close() {
      for (const close of closers) close()
    },
  }
}

function filterOf(message: RpcRequest): SubscriptionFilter {
  const filter = message.params?.['notifications']
  const uris = isObject(filter) ? (filter['resourceSubscriptions'] ?? []) : []
  const isValid = isObject(filter) && Array.isArray(uris) && uris.every((uri) => typeof uri === 'string')
  if (!isValid) throw new RpcError(RPC_CODES.invalidParams, '"notifications" is not a subscription filter.')
  // Flags are compared with true where they count.
  return filter
}

/** Anything but an RpcError is a bug; its text stays here. */
export function failureOf(message: RpcRequest, error: unknown): Extract<RpcResponse, { error: unknown }> {
  const known =
    error instanceof RpcError ? error : new RpcError(RPC_CODES.internal, 'The bridge failed to answer this request.')
  return { jsonrpc: '2.0', id: message.id, error: known.toBody() }
}
