import { isObject, type JsonObject } from '../../../bridge/protocol/json-rpc.ts'
import { raceAbort } from '../../../bridge/protocol/race-abort.ts'
import type { Connection } from '../../model/connection.ts'
import { type Listing, type ListingLimits, listUpstreamTools } from './list-upstream-tools.ts'
import type { Upstream, UpstreamRequest } from './open-upstream.ts'
import { silentUpstream, upstreamFailure } from './upstream-failure.ts'

export interface ConnectionLimits extends ListingLimits {
  readonly listMs: number
  readonly silentMs: number
}

/** One connected server that is in use; all callers share it. */
export interface LiveConnection {
  /**
   * The tools as they stand now: whoever asks while a listing is under way gets the next one, so it is never older
   * than the question.
   * @throws MetaError as upstreamFailure gives it
   */
  list(signal: AbortSignal): Promise<Listing>
  /** `tools/call` with these parameters; the result is as it came. @throws MetaError as upstreamFailure gives it */
  call(call: UpstreamCall): Promise<JsonObject>
  close(): Promise<void>
}

export interface UpstreamCall {
  readonly params: JsonObject
  readonly capabilities: JsonObject
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total?: number, message?: string) => void
}

interface LiveOptions {
  readonly connection: Connection
  readonly open: () => Upstream
  readonly limits: ConnectionLimits
  /** The server said that its tools have changed. */
  readonly onChanged: () => void
}

/** What a session of an older server is opened with: by the rest, servers ask outside of calls. */
const SESSION_CAPABILITIES: JsonObject = { elicitation: { form: {}, url: {} } }

export function openLiveConnection({ connection, open, limits, onChanged }: LiveOptions): LiveConnection {
  const closing = new AbortController()
  let current = begin(open)
  let running = 0
  let underWay: Promise<Listing> | undefined
  let next: Promise<Listing> | undefined

  /** Ends what says nothing for too long, and tells all failures in the words of a MetaError. */
  async function ask<Answer>(
    method: string,
    silentMs: number,
    signal: AbortSignal,
    request: (signal: AbortSignal, alive: () => void) => Promise<Answer>,
  ): Promise<Answer> {
    const silent = new AbortController()
    const timer = setTimeout(() => silent.abort(silentUpstream(connection, method, silentMs)), silentMs)
    try {
      return await request(AbortSignal.any([signal, silent.signal, closing.signal]), () => timer.refresh())
    } catch (error) {
      if (silent.signal.aborted) throw silent.signal.reason
      signal.throwIfAborted()
      throw upstreamFailure(error, connection, method)
    } finally {
      clearTimeout(timer)
    }
  }

  async function listNow(): Promise<Listing> {
    const asked = current
    try {
      const listing = await ask('tools/list', limits.listMs, closing.signal, (signal) =>
        listUpstreamTools(asked.upstream, limits, SESSION_CAPABILITIES, signal),
      )
      void listen(asked)
      return listing
    } catch (error) {
      // What it was found to be, it may be no more: unless someone still waits for an answer, it begins anew.
      if (running === 0 && asked === current) await reopen()
      throw error
    }
  }

  async function reopen(): Promise<void> {
    const old = current
    current = begin(open)
    await end(old)
  }

  /** Hears of changes where the server announces that it tells them. Without that each use finds out. */
  async function listen(asked: Begun): Promise<void> {
    if (asked.isListening || closing.signal.aborted) return
    asked.isListening = true
    const capabilities = SESSION_CAPABILITIES
    const { signal } = asked.ending
    try {
      const found = await asked.upstream.request({ method: 'server/discover', params: {}, capabilities, signal })
      if (!announcesChanges(found)) return
      const onNotification: UpstreamRequest['onNotification'] = ({ method }) => {
        if (method === 'notifications/tools/list_changed') onChanged()
      }
      const params = { notifications: { toolsListChanged: true } }
      await asked.upstream.request({ method: 'subscriptions/listen', params, capabilities, signal, onNotification })
    } catch {
      // The next listing tries again.
      asked.isListening = false
    }
  }

  function list(): Promise<Listing> {
    if (!underWay) {
      underWay = listNow().finally(() => (underWay = undefined))
      return underWay
    }
    next ??= underWay.then(
      () => ((next = undefined), list()),
      () => ((next = undefined), list()),
    )
    return next
  }

  return {
    list: (signal) => raceAbort(list(), signal),
    async call({ params, capabilities, signal, onProgress }) {
      running++
      try {
        return await ask('tools/call', limits.silentMs, signal, (until, alive) => {
          const onNotification: UpstreamRequest['onNotification'] = ({ method, params: told }) => {
            if (method !== 'notifications/progress' || typeof told?.['progress'] !== 'number') return
            alive()
            const { progress, total, message } = told
            onProgress(progress, typeof total === 'number' ? total : undefined, textOf(message))
          }
          return current.upstream.request({ method: 'tools/call', params, capabilities, signal: until, onNotification })
        })
      } finally {
        running--
      }
    },
    async close() {
      closing.abort(new Error('The connection is closed.'))
      await end(current)
    },
  }
}

interface Begun {
  readonly upstream: Upstream
  readonly ending: AbortController
  isListening: boolean
}

function begin(open: () => Upstream): Begun {
  return { upstream: open(), ending: new AbortController(), isListening: false }
}

async function end({ upstream, ending }: Begun): Promise<void> {
  ending.abort(new Error('The connection is closed.'))
  // What cannot be told to the server any more, it finds out.
  await upstream.close().catch(() => {})
}

function announcesChanges({ capabilities }: JsonObject): boolean {
  const tools = isObject(capabilities) ? capabilities['tools'] : undefined
  return isObject(tools) && tools['listChanged'] === true
}

function textOf(message: unknown): string | undefined {
  return typeof message === 'string' ? message.slice(0, 500) : undefined
}
