import { once } from 'node:events'
import { isObject, type JsonObject, type RpcId, type RpcNotification, type RpcRequest } from '../protocol/json-rpc.ts'
import { META, metaOf } from '../protocol/versions.ts'
import type { LineOutput } from './line-output.ts'

/** `subscriptions/listen` of 2026-07-28 over the notifications of an older server's session. */
export interface Subscriptions {
  /** Whether it is told to subscribers alone. */
  isHeard(notification: RpcNotification): boolean
  deliver(notification: RpcNotification): Promise<void>
  /**
   * Acknowledges, and lasts until the signal ends it.
   * @param watch  `resources/subscribe` or `resources/unsubscribe` at the server
   */
  listen(
    request: RpcRequest,
    initialized: JsonObject,
    signal: AbortSignal,
    watch: (method: string, uri: string) => Promise<void>,
  ): Promise<void>
}

/** Which field of the filter asks for a notification (basic/patterns/subscriptions, Notification Filter). */
const FIELDS: Readonly<Record<string, string>> = {
  'notifications/tools/list_changed': 'toolsListChanged',
  'notifications/prompts/list_changed': 'promptsListChanged',
  'notifications/resources/list_changed': 'resourcesListChanged',
  'notifications/resources/updated': 'resourceSubscriptions',
}

export function createSubscriptions(output: LineOutput): Subscriptions {
  const filters = new Map<RpcId, JsonObject>()

  async function tell(id: RpcId, method: string, params: JsonObject): Promise<void> {
    const meta = { ...metaOf(params), [META.subscriptionId]: id }
    await output.write({ jsonrpc: '2.0', method, params: { ...params, _meta: meta } })
  }

  return {
    isHeard: ({ method }) => method in FIELDS,
    async deliver({ method, params = {} }) {
      const wanted = [...filters].filter(([, filter]) => isWanted(filter, method, params))
      for (const [id] of wanted) await tell(id, method, params)
    },
    async listen(request, initialized, signal, watch) {
      const filter = agreedFilter(request.params?.['notifications'], initialized)
      const uris = urisOf(filter)
      filters.set(request.id, filter)
      try {
        for (const uri of uris) await watch('resources/subscribe', uri)
        await tell(request.id, 'notifications/subscriptions/acknowledged', { notifications: filter })
        if (!signal.aborted) await once(signal, 'abort')
      } finally {
        filters.delete(request.id)
        for (const uri of uris) void watch('resources/unsubscribe', uri).catch(() => {})
      }
    },
  }
}

function isWanted(filter: JsonObject, method: string, params: JsonObject): boolean {
  const wanted = filter[FIELDS[method] ?? '']
  return Array.isArray(wanted) ? wanted.includes(params['uri']) : wanted === true
}

/** What of the filter the server's capabilities allow. */
function agreedFilter(asked: unknown, { capabilities }: JsonObject): JsonObject {
  const can = isObject(capabilities) ? capabilities : {}
  const wanted = isObject(asked) ? asked : {}
  const has = (kind: string, ability: string): boolean => isObject(can[kind]) && can[kind][ability] === true
  return {
    ...(wanted['toolsListChanged'] === true && has('tools', 'listChanged') && { toolsListChanged: true }),
    ...(wanted['promptsListChanged'] === true && has('prompts', 'listChanged') && { promptsListChanged: true }),
    ...(wanted['resourcesListChanged'] === true && has('resources', 'listChanged') && { resourcesListChanged: true }),
    ...(Array.isArray(wanted['resourceSubscriptions']) &&
      has('resources', 'subscribe') && { resourceSubscriptions: wanted['resourceSubscriptions'] }),
  }
}

function urisOf({ resourceSubscriptions }: JsonObject): string[] {
  return Array.isArray(resourceSubscriptions) ? resourceSubscriptions.map(String) : []
}
