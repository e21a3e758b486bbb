import { isInitializeRequest, type Server } from '@modelcontextprotocol/server'
import { sendChange } from '../../server/served-call.ts'
import type { Change } from '../../tool-context.ts'
import type { ObjectState } from '../platform.ts'
import type { BusClient } from './bus-client.ts'
import { callerOf, type ForwardedCaller } from '../forward.ts'
import { openStreams } from './open-streams.ts'
import { sessionGone } from './session-gone.ts'
import { type SessionRecord, sessionRecord } from './session-record.ts'
import { type LiveSession, openLiveSession } from './live-session.ts'
import { SseTransport } from './sse-transport.ts'

/** A session that nobody used for so long ends: clients seldom say that they go. */
const IDLE_MS = 60 * 60_000
/** How often it is noted that it is used. */
const TOUCH_MS = 60_000

/** One client's session, in an object of its own. */
export interface Session {
  serve(request: Request, path: string): Promise<Response>
  /** Ends it, unless it is in use. */
  endIfIdle(): Promise<void>
}

/** @param createServer  gives a server with what this session needs besides */
export function createSession(
  state: ObjectState,
  bus: BusClient,
  createServer: (record: SessionRecord) => Server,
  now: () => number,
): Session {
  const id = state.id.toString()
  const record = sessionRecord(state.storage)
  const streams = openStreams()
  let live: Promise<LiveSession> | undefined
  let sse: { readonly server: Server; readonly transport: SseTransport } | undefined
  let touchedMs = 0

  function wake(): Promise<LiveSession> {
    if (live) return live
    const waking = openLiveSession(id, state.storage, record, () => createServer(record))
    // One that fails is tried again with the next request.
    waking.catch(() => (live = undefined))
    return (live = waking)
  }

  async function touch(): Promise<void> {
    if (touchedMs + TOUCH_MS > now()) return
    touchedMs = now()
    await state.storage.setAlarm(touchedMs + IDLE_MS)
  }

  async function end(): Promise<void> {
    const ended = live
    live = undefined
    await (await ended)?.close()
    await bus.leave(id)
    await state.storage.deleteAlarm()
    await state.storage.deleteAll()
  }

  async function openSse(caller: ForwardedCaller): Promise<Response> {
    record.begin(caller.key)
    const transport = new SseTransport(() => {
      sse = undefined
      state.waitUntil(end())
    })
    const server = createServer(record)
    await server.connect(transport)
    sse = { server, transport }
    await bus.join(id)
    await touch()
    return streams.counted(transport.open(`/messages?session_id=${id}`))
  }

  async function tell(change: Change): Promise<Response> {
    if (record.caller() === undefined) return sessionGone()
    sendChange(sse?.server ?? (await wake()).server, change)
    return new Response(null, { status: 204 })
  }

  async function serveMcp(request: Request, body: unknown, caller: ForwardedCaller): Promise<Response> {
    const { authInfo } = caller
    const response = await (await wake()).handle(request, body, authInfo)
    if (request.method === 'DELETE' && response.ok) await end()
    // Who listens is told; whoever only calls hears of changes when it asks.
    else if (request.method === 'GET' && response.ok) await bus.join(id)
    return streams.counted(response)
  }

  return {
    async serve(request, path) {
      // The bus sends what the Worker's own code has said.
      if (path === '/told') return tell((await request.json()) as Change)
      const caller = callerOf(request)
      if (path === '/sse') return openSse(caller)
      const body: unknown = request.method === 'POST' ? await request.json() : undefined
      const owner = record.caller()
      if (owner === undefined && path === '/mcp' && isInitializeRequest(body)) record.begin(caller.key)
      else if (owner !== caller.key) return sessionGone()
      await touch()
      if (path === '/messages') return sse?.transport.receive(body, request, caller.authInfo) ?? sessionGone()
      return serveMcp(request, body, caller)
    },
    async endIfIdle() {
      if (streams.count() > 0) return state.storage.setAlarm(now() + IDLE_MS)
      await end()
    },
  }
}
