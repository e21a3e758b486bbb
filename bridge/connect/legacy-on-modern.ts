import { completeWithInput, InputUnavailable, toToolFailure } from '../protocol/complete-with-input.ts'
import { setTimeout } from 'node:timers/promises'
import { isObject, type JsonObject, type RpcId, type RpcNotification, type RpcRequest } from '../protocol/json-rpc.ts'
import { META, metaOf, negotiateLegacy } from '../protocol/versions.ts'
import { type Asker, envelope } from '../serve/envelope.ts'
import { toInitializeResult, toLegacyResult } from '../serve/legacy-translation.ts'
import { createClientQuestions } from './legacy-questions.ts'
import type { LegacyUpstream } from './legacy-upstream.ts'
import type { LineOutput } from './line-output.ts'
import { askModern, type ModernPath, sendModern } from './modern-upstream.ts'

/** Before a subscription that ended is opened again. */
const LISTEN_AGAIN_MS = 1_000

/**
 * Serves a client of the eras before 2026-07-28 with a server of that era: what the server wants to know becomes
 * requests to the client, and subscriptions and the log level, which belonged to a session, are kept here.
 * @param discovered  the server's answer to `server/discover`
 * 2026-07-28: basic/patterns/mrtr, basic/patterns/subscriptions
 */
export function createLegacyOnModern(
  path: ModernPath,
  output: LineOutput,
  initializeParams: JsonObject,
  discovered: JsonObject,
): LegacyUpstream {
  const closing = new AbortController()
  const questions = createClientQuestions(output)
  const version = negotiateLegacy(initializeParams['protocolVersion'])
  let asker: Asker = {
    clientInfo: initializeParams['clientInfo'] ?? { name: 'unknown', version: '0' },
    clientCapabilities: isObject(initializeParams['capabilities']) ? initializeParams['capabilities'] : {},
  }
  const watched = new Set<string>()
  let listening = new AbortController()
  let listens = 0

  /** One subscription for all that the client would have heard in its session; a new one when that changes. */
  function listenAnew(): void {
    listening.abort(new Error('Replaced by another subscription.'))
    listening = new AbortController()
    void keepListening(AbortSignal.any([listening.signal, closing.signal]))
  }

  async function keepListening(signal: AbortSignal): Promise<void> {
    const notifications = filterOf(discovered, [...watched])
    if (Object.keys(notifications).length === 0) return
    while (!signal.aborted) {
      const request = modernRequest('subscriptions/listen', { notifications }, `listen-${++listens}`)
      await sendModern(path, request, signal, async (message) => {
        const isHeard = 'method' in message && message.method !== 'notifications/subscriptions/acknowledged'
        if (isHeard) await output.write(withoutSubscription(message))
      }).catch(() => {})
      await setTimeout(LISTEN_AGAIN_MS, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  function modernRequest(method: string, params: JsonObject, id: RpcId): RpcRequest {
    return { jsonrpc: '2.0', id, method, params: envelope(params, asker) }
  }

  async function answerOf({ id, method, params = {} }: RpcRequest, signal: AbortSignal): Promise<JsonObject> {
    if (method === 'logging/setLevel') {
      asker = { ...asker, logLevel: String(params['level']) }
      return {}
    }
    if (method === 'resources/subscribe' || method === 'resources/unsubscribe') {
      const uri = String(params['uri'])
      if (method === 'resources/subscribe') watched.add(uri)
      else watched.delete(uri)
      listenAnew()
      return {}
    }
    const ask = (asked: string, given: JsonObject) => questions.ask(asked, given, signal)
    const call = (given: JsonObject): Promise<JsonObject> =>
      askModern(path, modernRequest(method, given, id), signal, (message) => output.write(message))
    const { clientCapabilities } = asker
    const context = { ask, version, clientCapabilities: isObject(clientCapabilities) ? clientCapabilities : {} }
    const result = await completeWithInput(params, context, call).catch((error: unknown) => {
      if (method === 'tools/call' && error instanceof InputUnavailable) return toToolFailure(error)
      throw error
    })
    return toLegacyResult(method, result)
  }

  return {
    begin() {},
    async initializeResult() {
      listenAnew()
      return toInitializeResult('server', version, discovered)
    },
    async request(request, signal) {
      const result = await answerOf(request, signal)
      await output.write({ jsonrpc: '2.0', id: request.id, result })
    },
    // A server of this era takes none: a cancelled request is one whose answer is no longer read.
    notify: () => Promise.resolve(),
    respond: (response) => Promise.resolve(questions.take(response)),
    close: () => Promise.resolve(closing.abort(new Error('The client has left.'))),
  }
}

function filterOf(discovered: JsonObject, resourceSubscriptions: readonly string[]): JsonObject {
  const capabilities = isObject(discovered['capabilities']) ? discovered['capabilities'] : {}
  const announces = (kind: string): boolean =>
    isObject(capabilities[kind]) && capabilities[kind]['listChanged'] === true
  return {
    ...(announces('tools') && { toolsListChanged: true }),
    ...(announces('prompts') && { promptsListChanged: true }),
    ...(announces('resources') && { resourcesListChanged: true }),
    ...(resourceSubscriptions.length > 0 && { resourceSubscriptions }),
  }
}

function withoutSubscription(message: RpcNotification): RpcNotification {
  const { [META.subscriptionId]: _, ...meta } = metaOf(message.params)
  const { _meta, ...params } = message.params ?? {}
  return { ...message, params: { ...params, ...(Object.keys(meta).length > 0 && { _meta: meta }) } }
}
