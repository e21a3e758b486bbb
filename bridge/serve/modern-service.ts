import type { JsonObject } from '../protocol/json-rpc.ts'
import type { ChildCall } from './child-connection.ts'
import type { ParamHeaders } from './param-headers.ts'
import type { Subscriber, SubscriptionHub } from './subscription-hub.ts'

/** A server as 2026-07-28 sees it: calls that carry all they need, and subscriptions. */
export interface ModernService {
  /** The answer to server/discover. */
  discover(signal?: AbortSignal): Promise<JsonObject>
  /** @throws RpcError what the server answered, or why it could not */
  call(call: ChildCall): Promise<JsonObject>
  readonly subscriptions: SubscriptionHub
  /** Changes which resources a subscriber hears of; resolves when the server has agreed. */
  watch(subscriber: Subscriber, uris: readonly string[], signal?: AbortSignal): Promise<void>
  /** Which headers calls of its tools must have over HTTP; none for a server that cannot be asked now. */
  paramHeaders(): Promise<ParamHeaders>
}
