import { isObject, type JsonObject, type RpcMessage } from '../protocol/json-rpc.ts'
import { META, metaOf } from '../protocol/versions.ts'
import type { ChildConnection } from './child-connection.ts'
import type { Conversation, Converse } from './conversation.ts'
import { createLegacyChildCalls, inputCapabilities, type Lease } from './legacy-child-calls.ts'
import { toDiscovered } from './modern-translation.ts'
import type { ModernService } from './modern-service.ts'
import { NO_PARAM_HEADERS } from './param-headers.ts'
import { createSubscriptionHub, type SubscriptionFilter } from './subscription-hub.ts'

/** How many calls that may be asked something run at once: each needs a process to itself. */
const ASKABLE_CALLS = 8
const CLIENT = { name: 'mcpwright-bridge', version: '1' }
const NEWEST = '2025-11-25'

type Push = (message: RpcMessage) => void

interface OpenChild {
  readonly conversation: Conversation
  readonly initialized: JsonObject
}

/**
 * A server that knows only the older eras, for callers of 2026-07-28. Those whom it can ask nothing share one process;
 * each call of the others has a process to itself, since over stdio a server does not say which call it asks about.
 * @param idleMs  a process that was free for so long is ended
 */
export async function openLegacyChildService(converse: Converse, idleMs: number): Promise<ModernService> {
  const subscriptions = createSubscriptionHub(() => {})
  const calls = createLegacyChildCalls()
  const listeners = new Set<Push>()
  /** Free ones, by the capabilities that they were told. */
  const free = new Map<string, OpenChild[]>()
  const waiting: (() => void)[] = []
  let leased = 0
  let shared: Promise<OpenChild> | undefined

  async function open(capabilities: JsonObject, onEnded: () => void, push: Push = ignore): Promise<OpenChild> {
    const params = { protocolVersion: NEWEST, capabilities, clientInfo: CLIENT }
    const { conversation, result } = await converse(
      { jsonrpc: '2.0', id: 0, method: 'initialize', params },
      push,
      onEnded,
    )
    conversation.notify({ jsonrpc: '2.0', method: 'notifications/initialized' })
    return { conversation, initialized: result }
  }

  /** Started again with the next need after it has ended. */
  function share(): Promise<OpenChild> {
    const forget = (): void => {
      shared = undefined
    }
    shared ??= open({}, forget, (message) => {
      for (const listen of listeners) listen(message)
    }).then((child) => {
      subscriptions.attach(connectionTo(child.conversation, listeners), capabilitiesOf(child))
      return child
    })
    shared.catch(forget)
    return shared
  }

  async function lease(capabilities: JsonObject): Promise<Lease> {
    const key = JSON.stringify(capabilities)
    if (leased >= ASKABLE_CALLS) await new Promise<void>((resolve) => waiting.push(resolve))
    else leased += 1
    let hasEnded = false
    try {
      const child =
        free.get(key)?.pop() ??
        (await open(capabilities, () => {
          hasEnded = true
          for (const [each, children] of free)
            free.set(
              each,
              children.filter((other) => other !== child),
            )
        }))
      const release = (): void => {
        giveBack()
        if (hasEnded) return
        free.set(key, [...(free.get(key) ?? []), child])
        setTimeout(endIfFree, idleMs, key, child).unref()
      }
      return { conversation: child.conversation, release }
    } catch (error) {
      giveBack()
      throw error
    }
  }

  function endIfFree(key: string, child: OpenChild): void {
    const others = free.get(key)?.filter((each) => each !== child) ?? []
    if (others.length === free.get(key)?.length) return
    free.set(key, others)
    child.conversation.end()
  }

  function giveBack(): void {
    const next = waiting.shift()
    // The place goes over to who waits.
    if (next) next()
    else leased -= 1
  }

  await share()
  return {
    subscriptions,
    discover: async () => toDiscovered((await share()).initialized),
    async call(call) {
      if (calls.isParked(call.params)) return await calls.goOn(call)
      const capabilities = inputCapabilities(call.params)
      const level = metaOf(call.params)[META.logLevel]
      const mayBeAsked = Object.keys(capabilities).length > 0 || typeof level === 'string'
      if (!mayBeAsked || call.method !== 'tools/call') {
        const { conversation } = await share()
        return await calls.begin(call, { conversation, release: ignore })
      }
      const own = await lease(capabilities)
      if (typeof level === 'string') void setLevel(own.conversation, level)
      return await calls.begin(call, own)
    },
    // The annotation came with 2026-07-28.
    paramHeaders: () => Promise.resolve(NO_PARAM_HEADERS),
    async watch(subscriber, uris) {
      const { conversation } = await share()
      await subscriptions.watch(subscriber, uris, connectionTo(conversation, listeners))
    },
  }
}

async function setLevel(conversation: Conversation, level: string): Promise<void> {
  const message = { jsonrpc: '2.0', id: 'bridge-level', method: 'logging/setLevel', params: { level } } as const
  await conversation.request(message, silentAnswer())
}

/** The hub asks for subscriptions in the form of 2026-07-28; here they become those of the older eras. */
function connectionTo(conversation: Conversation, listeners: Set<Push>): ChildConnection {
  return {
    ended: new Promise(() => {}),
    end: () => {},
    traffic: { readBytes: 0, writtenBytes: 0 },
    async call({ params, signal, onNotification }) {
      // The hub makes these calls only.
      const filter = params['notifications'] as SubscriptionFilter
      const uris = filter.resourceSubscriptions ?? []
      const listen = (message: RpcMessage): void => {
        if ('method' in message && !('id' in message) && concerns(filter, message.method, message.params)) {
          onNotification?.(message.method, message.params ?? {})
        }
      }
      for (const uri of uris) await change(conversation, 'resources/subscribe', uri)
      listeners.add(listen)
      onNotification?.('notifications/subscriptions/acknowledged', {})
      if (!signal) return await new Promise(() => {})
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      listeners.delete(listen)
      for (const uri of uris) await change(conversation, 'resources/unsubscribe', uri)
      throw signal.reason
    },
  }
}

async function change(conversation: Conversation, method: string, uri: string): Promise<void> {
  const id = `bridge-${method}-${uri}`
  await conversation.request({ jsonrpc: '2.0', id, method, params: { uri } }, silentAnswer())
}

function concerns(filter: SubscriptionFilter, method: string, params: JsonObject = {}): boolean {
  if (method === 'notifications/resources/updated') {
    return filter.resourceSubscriptions?.includes(String(params['uri'])) ?? false
  }
  return filter.resourceSubscriptions === undefined && method.endsWith('/list_changed')
}

function silentAnswer() {
  const left = new AbortController().signal
  return { canStream: false, left, notify: ignore, send: ignore, finish: ignore, end: ignore }
}

function capabilitiesOf({ initialized }: OpenChild): JsonObject {
  return isObject(initialized['capabilities']) ? initialized['capabilities'] : {}
}

function ignore(): void {}
