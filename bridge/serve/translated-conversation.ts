import { completeWithInput, InputUnavailable, toToolFailure } from '../protocol/complete-with-input.ts'
import {
  isObject,
  RPC_CODES,
  RpcError,
  type JsonObject,
  type RpcId,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { negotiateLegacy } from '../protocol/versions.ts'
import type { Answer } from './answer.ts'
import { createClientQuestions } from './client-questions.ts'
import type { Conversation, Converse } from './conversation.ts'
import { envelope, type Asker } from './envelope.ts'
import { toInitializeResult, toLegacyResult } from './legacy-translation.ts'
import { failureOf } from './modern-dialog.ts'
import type { ModernService } from './modern-service.ts'
import type { Subscriber } from './subscription-hub.ts'

/** Conversations of 2024-11-05 to 2025-11-25 (2025-11-25: basic/lifecycle) with a server of 2026-07-28. */
export function translatedConversations(name: string, service: ModernService): Converse {
  return async (initialize, push) => {
    const params = initialize.params ?? {}
    const version = negotiateLegacy(params['protocolVersion'])
    const discovered = await service.discover()
    const asker = {
      clientInfo: params['clientInfo'] ?? { name: 'unknown', version: '0' },
      clientCapabilities: isObject(params['capabilities']) ? params['capabilities'] : {},
    }
    const deliver = (method: string, given: JsonObject): void => {
      const hasParams = Object.keys(given).length > 0
      push({ jsonrpc: '2.0', method, ...(hasParams && { params: given }) })
    }
    const conversation = createTranslatedConversation(version, asker, service, deliver)
    return { conversation, result: toInitializeResult(name, version, discovered) }
  }
}

function createTranslatedConversation(
  version: string,
  client: Asker & { readonly clientCapabilities: JsonObject },
  service: ModernService,
  deliver: Subscriber['deliver'],
): Conversation {
  const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
  const subscriber: Subscriber = { filter: lists, deliver }
  const questions = createClientQuestions()
  /** Calls under way, by the client's id. */
  const calls = new Map<RpcId, AbortController>()
  let asker: Asker = client
  service.subscriptions.add(subscriber)

  async function resultOf(message: RpcRequest, answer: Answer): Promise<JsonObject> {
    const params = message.params ?? {}
    switch (message.method) {
      case 'ping':
        return {}
      case 'initialize':
        throw new RpcError(RPC_CODES.invalidRequest, 'This session has been initialized already.')
      case 'logging/setLevel':
        asker = { ...asker, logLevel: String(params['level']) }
        return {}
      case 'resources/subscribe':
        return await watch((uris) => [...uris, String(params['uri'])])
      case 'resources/unsubscribe':
        return await watch((uris) => uris.filter((uri) => uri !== params['uri']))
      default:
        return await carry(message, answer)
    }
  }

  async function watch(change: (uris: readonly string[]) => string[]): Promise<JsonObject> {
    const uris = [...new Set(change(subscriber.filter.resourceSubscriptions ?? []))]
    await service.watch(subscriber, uris)
    return {}
  }

  async function carry(message: RpcRequest, answer: Answer): Promise<JsonObject> {
    const { method, params = {} } = message
    const abort = new AbortController()
    if (calls.has(message.id)) throw new RpcError(RPC_CODES.invalidRequest, `The id ${message.id} is in use.`)
    calls.set(message.id, abort)
    const call = (given: JsonObject): Promise<JsonObject> =>
      service.call({
        method,
        params: envelope(given, asker),
        signal: abort.signal,
        client: subscriber,
        onNotification: (notified, about) => answer.notify({ jsonrpc: '2.0', method: notified, params: about }),
      })
    const ask = (asked: string, given: JsonObject): Promise<RpcResponse> =>
      questions.ask(asked, given, answer.send, AbortSignal.any([abort.signal, answer.left]))
    try {
      const { clientCapabilities } = client
      return toLegacyResult(method, await completeWithInput(params, { version, clientCapabilities, ask }, call))
    } finally {
      calls.delete(message.id)
    }
  }

  return {
    version,
    async request(message, answer) {
      try {
        const result = await resultOf(message, answer)
        answer.finish({ jsonrpc: '2.0', id: message.id, result })
        return 'ok'
      } catch (error) {
        if (!(error instanceof CallCancelled)) {
          answer.finish(toLegacyFailure(message, error))
          return 'error'
        }
        // A cancelled request gets no response (2025-11-25: basic/utilities/cancellation).
        answer.end()
        return 'cancelled'
      }
    },
    notify({ method, params }) {
      const id = params?.['requestId']
      const isCancellation = method === 'notifications/cancelled' && (typeof id === 'string' || typeof id === 'number')
      if (isCancellation) calls.get(id)?.abort(new CallCancelled())
    },
    respond: (response) => questions.take(response),
    end() {
      service.subscriptions.remove(subscriber)
      for (const abort of calls.values()) abort.abort(new Error('The session has ended.'))
    },
  }
}

/** Why a call ends that its client has cancelled. */
class CallCancelled extends Error {}

/** A tool's missing input is the tool's failure, which the model can read; elsewhere it is the request's. */
function toLegacyFailure(message: RpcRequest, error: unknown): RpcResponse {
  const lacksInput =
    error instanceof InputUnavailable || (error instanceof RpcError && error.code === RPC_CODES.missingClientCapability)
  if (message.method === 'tools/call' && lacksInput) {
    return { jsonrpc: '2.0', id: message.id, result: toToolFailure(error) }
  }
  return failureOf(message.id, error)
}
