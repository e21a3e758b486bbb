import { setTimeout } from 'node:timers/promises'
import {
  readMessage,
  RpcError,
  RPC_CODES,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import type { EndpointLink } from './endpoint-link.ts'
import { EndpointGone, SessionForgotten } from './endpoint-gone.ts'
import type { LegacySession, OpenSession } from './legacy-session.ts'
import type { LineOutput } from './line-output.ts'
import { parseJson } from './relay-answer.ts'
import { repeatWhileGone, useLive } from './replay.ts'

/** Before a stream of messages is asked for again that gave none the last time; doubles each time. */
const LISTEN_AGAIN_MS = 1_000
const LISTEN_AGAIN_MAX_MS = 30_000

/** Carries a client of the eras before 2026-07-28: its session lives here, and is opened anew on each new endpoint. */
export interface LegacyUpstream {
  /** Takes the client's `initialize` and begins to open the session. */
  begin(initializeParams: JsonObject): void
  /** The endpoint's own answer to `initialize`. */
  initializeResult(signal: AbortSignal): Promise<JsonObject>
  request(request: RpcRequest, signal: AbortSignal): Promise<void>
  notify(notification: RpcNotification): Promise<void>
  /** The client's answer to a request of the server. */
  respond(response: RpcResponse): Promise<void>
  close(signal: AbortSignal): Promise<void>
}

export function createLegacyUpstream(link: EndpointLink, output: LineOutput, openSession: OpenSession): LegacyUpstream {
  const closing = new AbortController()
  /** Requests of the server that the client has yet to answer. Ids of two sessions may be equal, so they get new ones. */
  const asked = new Map<RpcId, { readonly session: LegacySession; readonly id: RpcId }>()
  /** Settings that a new session must be told again, by what they set. */
  const settings = new Map<string, RpcRequest>()
  let askedCount = 0
  let initializeParams: JsonObject | undefined
  let opening: Promise<LegacySession> | undefined
  let opened: LegacySession | undefined

  /** The session in use; opens one when there is none. A failed attempt is not kept. */
  function session(): Promise<LegacySession> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }

  async function open(): Promise<LegacySession> {
    const params = initializeParams
    if (!params) throw new RpcError(RPC_CODES.invalidRequest, 'The first request must be "initialize".')
    const fresh = await useLive(link, closing.signal, async (endpoint) => {
      const begun = await openSession(endpoint, params, closing.signal)
      for (const setting of settings.values()) await begun.request(setting, closing.signal, () => Promise.resolve())
      return begun
    })
    opened = fresh
    void follow(fresh)
    return fresh
  }

  function openPersistently(): Promise<LegacySession> {
    return repeatWhileGone('initialize', closing.signal, link.retry, session)
  }

  function isInUse(candidate: LegacySession): boolean {
    return candidate === opened
  }

  function forget(dead: LegacySession, error: EndpointGone): void {
    if (!(error instanceof SessionForgotten)) link.lose(dead.endpoint)
    if (dead !== opened) return
    opened = undefined
    opening = undefined
  }

  /** Follows the messages that belong to no request; when there are none to be had, opens the next session at once. */
  async function follow(current: LegacySession): Promise<void> {
    const { signal } = closing
    let emptyStreams = 0
    const take = async (text: string): Promise<void> => {
      // Not to nothing: a server that ends each stream after one message would be asked without a pause.
      emptyStreams = Math.min(emptyStreams, 1)
      await deliverText(text, current)
    }
    try {
      while (isInUse(current) && (await current.listen(signal, take))) {
        if (emptyStreams > 0) {
          const pauseMs = Math.min(LISTEN_AGAIN_MS * 2 ** (emptyStreams - 1), LISTEN_AGAIN_MAX_MS)
          await setTimeout(pauseMs, undefined, { signal, ref: false })
        }
        emptyStreams += 1
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof EndpointGone)) return
      forget(current, error)
      // Whoever asks next meets the error, if there still is one.
      await openPersistently().catch(() => {})
    }
  }

  async function deliverText(text: string, current: LegacySession): Promise<void> {
    const read = readMessage(parseJson(text))
    if (read.kind !== 'invalid') await deliver(read.message, current)
  }

  async function deliver(message: RpcMessage, current: LegacySession, relatedTo?: RpcId): Promise<void> {
    if ('method' in message && 'id' in message) {
      const id = ++askedCount
      asked.set(id, { session: current, id: message.id })
      return await output.write({ ...message, id }, relatedTo)
    }
    await output.write(message, relatedTo)
  }

  return {
    begin(params) {
      initializeParams = params
      // Requests that wait for the session report its failure.
      openPersistently().catch(() => {})
    },
    async initializeResult(signal) {
      return (await raceAbort(openPersistently(), signal)).initializeResult
    },
    async request(request, signal) {
      await repeatWhileGone(request.method, signal, link.retry, async () => {
        const current = await raceAbort(session(), signal)
        try {
          await current.request(request, signal, (message) => deliver(message, current, request.id))
        } catch (error) {
          if (error instanceof EndpointGone) forget(current, error)
          throw error
        }
      })
      rememberSetting(settings, request)
    },
    async notify(notification) {
      await (await session()).post(notification, closing.signal)
    },
    async respond(response) {
      const origin = response.id === null ? undefined : asked.get(response.id)
      if (response.id === null || !origin) return
      asked.delete(response.id)
      // A session that is gone waits for no answer.
      if (origin.session === opened) await origin.session.post({ ...response, id: origin.id }, closing.signal)
    },
    async close(signal) {
      const last = opened
      opened = undefined
      closing.abort(new Error('The client has left.'))
      await last?.end(signal)
    },
  }
}

/** Log level and resource subscriptions belong to a session, so the next one must be told. */
function rememberSetting(settings: Map<string, RpcRequest>, request: RpcRequest): void {
  const uri = String(request.params?.['uri'])
  if (request.method === 'logging/setLevel') settings.set('level', request)
  if (request.method === 'resources/subscribe') settings.set(`uri ${uri}`, request)
  if (request.method === 'resources/unsubscribe') settings.delete(`uri ${uri}`)
}
