import {
  isObject,
  RPC_CODES,
  RpcError,
  type JsonObject,
  type RpcId,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { ALL_VERSIONS, META, metaOf } from '../protocol/versions.ts'
import type { Answer, Outcome } from './answer.ts'
import type { ModernService } from './modern-service.ts'
import { honored, type Subscriber, type SubscriptionFilter } from './subscription-hub.ts'

/** Answers requests of 2026-07-28, whatever carries them. */
export interface ModernDialog {
  /** Resolves when the answer has been finished, or a subscription has begun. Never rejects. */
  request(message: RpcRequest, answer: Answer, client?: object): Promise<Outcome>
  /** Ends all subscriptions, gracefully. */
  close(): void
}

export function createModernDialog(service: ModernService): ModernDialog {
  const closers = new Set<() => void>()

  /** The stream is the bridge's own, so it outlives a child that sleeps or crashes. */
  async function listen(message: RpcRequest, answer: Answer): Promise<void> {
    const asked = filterOf(message)
    const discovered = await service.discover(answer.left)
    const capabilities = discovered['capabilities']
    const filter = honored(asked, isObject(capabilities) ? capabilities : {})
    const meta = { [META.subscriptionId]: message.id }
    const say = (method: string, params: JsonObject): void =>
      answer.notify({ jsonrpc: '2.0', method, params: { ...params, _meta: { ...metaOf(params), ...meta } } })
    // Nothing may come before the acknowledgement.
    const subscriber: Subscriber = { filter: {}, deliver: say }
    service.subscriptions.add(subscriber)
    answer.left.addEventListener('abort', leave, { once: true })
    const { resourceSubscriptions: uris, ...lists } = filter
    if (uris) {
      try {
        await service.watch(subscriber, uris, answer.left)
      } catch (error) {
        leave()
        throw error
      }
    }
    say('notifications/subscriptions/acknowledged', { notifications: filter })
    subscriber.filter = { ...subscriber.filter, ...lists }
    closers.add(close)

    function leave(): void {
      service.subscriptions.remove(subscriber)
      closers.delete(close)
    }
    function close(): void {
      leave()
      answer.finish({ jsonrpc: '2.0', id: message.id, result: { resultType: 'complete', _meta: meta } })
    }
  }

  async function resultOf(message: RpcRequest, answer: Answer, client: object | undefined): Promise<JsonObject> {
    const { method, params = {} } = message
    if (method === 'server/discover') {
      return { ...(await service.discover(answer.left)), supportedVersions: ALL_VERSIONS }
    }
    return await service.call({
      method,
      params,
      signal: answer.left,
      client,
      onNotification: (notified, given) => answer.notify({ jsonrpc: '2.0', method: notified, params: given }),
    })
  }

  return {
    async request(message, answer, client) {
      try {
        if (message.method === 'subscriptions/listen') await listen(message, answer)
        else answer.finish({ jsonrpc: '2.0', id: message.id, result: await resultOf(message, answer, client) })
        return 'ok'
      } catch (error) {
        if (answer.left.aborted) {
          answer.end()
          return 'cancelled'
        }
        const failure = failureOf(message.id, error)
        answer.finish(failure, statusOfError(failure.error.code))
        return 'error'
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
export function failureOf(id: RpcId, error: unknown): Extract<RpcResponse, { error: unknown }> {
  const known =
    error instanceof RpcError ? error : new RpcError(RPC_CODES.internal, 'The bridge failed to answer this request.')
  return { jsonrpc: '2.0', id, error: known.toBody() }
}

/** HTTP status of an error that the child answered (2026-07-28: streamable-http, Protocol Version Header; basic/index, _meta). */
function statusOfError(code: number): number {
  if (code === RPC_CODES.methodNotFound) return 404
  const isRefusal =
    code === RPC_CODES.headerMismatch ||
    code === RPC_CODES.missingClientCapability ||
    code === RPC_CODES.unsupportedVersion
  return isRefusal ? 400 : 200
}
