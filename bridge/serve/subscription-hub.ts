import { isObject, RPC_CODES, RpcError, type JsonObject } from '../protocol/json-rpc.ts'
import type { ChildConnection } from './child-connection.ts'
import { envelope } from './envelope.ts'

/** What a subscriber wants to hear of (2026-07-28: basic/patterns/subscriptions, Notification Filter). */
export interface SubscriptionFilter {
  readonly toolsListChanged?: boolean
  readonly promptsListChanged?: boolean
  readonly resourcesListChanged?: boolean
  readonly resourceSubscriptions?: readonly string[]
}

export interface Subscriber {
  filter: SubscriptionFilter
  readonly deliver: (method: string, params: JsonObject) => void
}

/** Of all subscribers together; the SDK's server refuses more than 1,024 streams. */
const RESOURCES = 1_000

const LIST_FLAGS = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
} as const

const ALL_LISTS = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }

/** Holds the bridge's own subscriptions on the child and fans them out: clients' streams outlive the child. */
export interface SubscriptionHub {
  /** True while somebody waits for updates of a resource, which only a running child can send. */
  readonly needsChild: boolean
  add(subscriber: Subscriber): void
  remove(subscriber: Subscriber): void
  /** Changes which resources a subscriber hears of; resolves when the child has agreed. */
  watch(subscriber: Subscriber, uris: readonly string[], connection: ChildConnection): Promise<void>
  /** Subscribes at a child that has just started. */
  attach(connection: ChildConnection, capabilities: JsonObject): void
  /** Says that every list has changed: the child is another program now. */
  announce(capabilities: JsonObject): void
}

export function createSubscriptionHub(onListChanged: (method: string) => void): SubscriptionHub {
  const subscribers = new Set<Subscriber>()
  /** Per resource, what ends its subscription on the child. */
  const watched = new Map<string, AbortController>()

  function listen(connection: ChildConnection, filter: SubscriptionFilter, signal?: AbortSignal): Promise<void> {
    const { promise: acknowledged, resolve } = Promise.withResolvers<void>()
    const call = connection.call({
      method: 'subscriptions/listen',
      params: envelope({ notifications: filter }),
      ...(signal && { signal }),
      onNotification: (method, params) => {
        if (method === 'notifications/subscriptions/acknowledged') resolve()
        else fanOut(method, params)
      },
    })
    // Its end says that the child ended, or cannot do this; both leave nothing to wait for.
    call.then(() => resolve()).catch(() => resolve())
    return acknowledged
  }

  function fanOut(method: string, params: JsonObject): void {
    if (method in LIST_FLAGS) onListChanged(method)
    const { _meta: _, ...bare } = params
    for (const { filter, deliver } of subscribers) if (accepts(filter, method, params)) deliver(method, bare)
  }

  function forgetUnwatched(): void {
    const wanted = new Set([...subscribers].flatMap(({ filter }) => filter.resourceSubscriptions ?? []))
    for (const [uri, abort] of watched) {
      if (wanted.has(uri)) continue
      watched.delete(uri)
      abort.abort(new Error('Nobody listens any more.'))
    }
  }

  function watchOne(connection: ChildConnection, uri: string): Promise<void> {
    const abort = new AbortController()
    watched.set(uri, abort)
    return listen(connection, { resourceSubscriptions: [uri] }, abort.signal)
  }

  return {
    get needsChild() {
      return watched.size > 0
    },
    add: (subscriber) => void subscribers.add(subscriber),
    remove(subscriber) {
      subscribers.delete(subscriber)
      forgetUnwatched()
    },
    async watch(subscriber, uris, connection) {
      const fresh = uris.filter((uri) => !watched.has(uri))
      if (watched.size + fresh.length > RESOURCES) {
        throw new RpcError(RPC_CODES.internal, `At most ${RESOURCES} resources can be subscribed to at once.`)
      }
      subscriber.filter = { ...subscriber.filter, resourceSubscriptions: uris }
      forgetUnwatched()
      await Promise.all(fresh.map((uri) => watchOne(connection, uri)))
    },
    attach(connection, capabilities) {
      const filter = honored(ALL_LISTS, capabilities)
      if (Object.keys(filter).length > 0) void listen(connection, filter)
      for (const uri of watched.keys()) void watchOne(connection, uri)
    },
    announce(capabilities) {
      const filter = honored(ALL_LISTS, capabilities)
      for (const [method, flag] of Object.entries(LIST_FLAGS)) if (filter[flag]) fanOut(method, {})
    },
  }
}

/** The part of a filter that a server with these capabilities can keep. */
export function honored(filter: SubscriptionFilter, capabilities: JsonObject): SubscriptionFilter {
  const can = (feature: string, ability: string): boolean => {
    const value = capabilities[feature]
    return isObject(value) && value[ability] === true
  }
  return {
    ...(filter.toolsListChanged && can('tools', 'listChanged') && { toolsListChanged: true }),
    ...(filter.promptsListChanged && can('prompts', 'listChanged') && { promptsListChanged: true }),
    ...(filter.resourcesListChanged && can('resources', 'listChanged') && { resourcesListChanged: true }),
    ...(filter.resourceSubscriptions &&
      can('resources', 'subscribe') && { resourceSubscriptions: filter.resourceSubscriptions }),
  }
}

function accepts(filter: SubscriptionFilter, method: string, params: JsonObject): boolean {
  if (method === 'notifications/resources/updated') {
    return filter.resourceSubscriptions?.includes(String(params['uri'])) ?? false
  }
  // Only the names of the table reach it.
  const flag = method in LIST_FLAGS ? LIST_FLAGS[method as keyof typeof LIST_FLAGS] : undefined
  return flag !== undefined && filter[flag] === true
}
