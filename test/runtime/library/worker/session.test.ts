import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { createMcpServer } from '../../../../runtime/library/server/create-mcp-server.ts'
import { standaloneHost } from '../../../../runtime/library/server/standalone-host.ts'
import { eventLog } from '../../../../runtime/library/worker/sessions/event-log.ts'
import { forwarded } from '../../../../runtime/library/worker/forward.ts'
import { openCalls } from '../../../../runtime/library/worker/sessions/open-calls.ts'
import { createSession } from '../../../../runtime/library/worker/sessions/session.ts'
import { sqliteObjectStorage } from '../../../fixtures/object-storage.ts'
import { deskServer } from './desk-parts.ts'

const HOUR_MS = 3_600_000
const ADA = { key: 'ada', authInfo: { token: '', clientId: 'ada', scopes: [] } }

function setUp() {
  const time = { nowMs: 1_000_000 }
  const storage = sqliteObjectStorage()
  const left: string[] = []
  const bus = {
    publish: () => {},
    join: async () => {},
    leave: async (session: string) => void left.push(session),
    listen: () => Promise.reject(new Error('A session listens to nothing.')),
  }
  const state = {
    id: { toString: () => 'session-1' },
    storage,
    waitUntil: () => {},
    blockConcurrencyWhile: <Value>(work: () => Promise<Value>) => work(),
  }
  const host = standaloneHost({ env: {}, code: deskServer.code })
  const session = createSession(state, bus, createMcpServer(deskServer.parts, host), () => time.nowMs)
  return { time, storage, left, session }
}

function posted(method: string, params: object = {}, id?: number): Request {
  const request = new Request('https://desk.example/mcp', {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-session-id': 'session-1',
    },
  })
  return forwarded(request, { jsonrpc: '2.0', method, params, ...(id !== undefined && { id }) }, ADA)
}

const begin = () =>
  posted(
    'initialize',
    { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
    0,
  )

describe('a session', () => {
  it('ends an hour after it was used last, with all that it kept', async () => {
    const { time, storage, left, session } = setUp()
    await (await session.serve(begin(), '/mcp')).text()
    expect(storage.alarmMs).toBe(time.nowMs + HOUR_MS)
    time.nowMs += HOUR_MS / 2
    await (await session.serve(posted('ping', {}, 1), '/mcp')).text()
    expect(storage.alarmMs).toBe(time.nowMs + HOUR_MS)
    // An answer that was read to its end is noted as such a moment later.
    await expect.poll(() => session.endIfIdle().then(() => left)).toEqual(['session-1'])
    expect(storage.alarmMs).toBeUndefined()
    expect((await session.serve(posted('ping', {}, 2), '/mcp')).status).toBe(404)
  })

  it('goes on while its client listens', async () => {
    const { time, storage, left, session } = setUp()
    await (await session.serve(begin(), '/mcp')).text()
    const headers = { accept: 'text/event-stream', 'mcp-session-id': 'session-1' }
    const listening = await session.serve(
      forwarded(new Request('https://desk.example/mcp', { headers }), undefined, ADA),
      '/mcp',
    )
    time.nowMs += HOUR_MS
    await session.endIfIdle()
    expect([left, storage.alarmMs]).toEqual([[], time.nowMs + HOUR_MS])
    await listening.body?.cancel()
    await expect.poll(() => session.endIfIdle().then(() => left)).toEqual(['session-1'])
  })

  it('leaves nothing behind where none was begun', async () => {
    const { storage, session } = setUp()
    expect((await session.serve(posted('ping', {}, 1), '/mcp')).status).toBe(404)
    const told = new Request('https://object/told', { method: 'POST', body: '{"kind":"tools"}' })
    expect((await session.serve(told, '/told')).status).toBe(404)
    expect(storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([])
    expect(storage.alarmMs).toBeUndefined()
  })
})

const note = (n: number, more = ''): JSONRPCMessage => ({ jsonrpc: '2.0', method: `note/${n}`, params: { more } })

async function replayed(log: ReturnType<typeof eventLog>, id: string): Promise<readonly JSONRPCMessage[]> {
  const seen: JSONRPCMessage[] = []
  await log.replayEventsAfter(id, { send: async (_, message) => void seen.push(message) })
  return seen
}

describe('what was sent', () => {
  it('is sent again on its own stream, from where it broke', async () => {
    const log = eventLog(sqliteObjectStorage())
    const first = await log.storeEvent('a', note(1))
    await log.storeEvent('b', note(2))
    await log.storeEvent('a', note(3))
    expect(await replayed(log, first)).toEqual([note(3)])
    expect(await log.getStreamIdForEventId?.(first)).toBe('a')
    expect(await log.getStreamIdForEventId?.('99')).toBeUndefined()
  })

  it('is forgotten after a thousand events, or eight million characters', async () => {
    const storage = sqliteObjectStorage()
    const log = eventLog(storage)
    const count = () => storage.sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM events').toArray()[0]?.n
    for (let n = 0; n < 1_100; n++) await log.storeEvent('a', note(n))
    expect(count()).toBe(1_000)
    for (let n = 0; n < 30; n++) await log.storeEvent('a', note(n, 'x'.repeat(400_000)))
    expect(count()).toBe(19)
  })

  it('says of a result that was too long to be kept that it is not there', async () => {
    const log = eventLog(sqliteObjectStorage())
    const first = await log.storeEvent('a', note(1))
    await log.storeEvent('a', note(2, 'x'.repeat(600_000)))
    await log.storeEvent('a', { jsonrpc: '2.0', id: 7, result: { text: 'x'.repeat(600_000) } })
    expect(await replayed(log, first)).toEqual([
      { jsonrpc: '2.0', id: 7, error: { code: -32_603, message: expect.stringContaining('too long') } },
    ])
  })
})

describe('calls that nobody answers any more', () => {
  it('are those that were begun and not ended, each told once', () => {
    const storage = sqliteObjectStorage()
    const calls = openCalls(storage)
    calls.begin('a', { method: 'tools/call', id: 1 })
    calls.begin('b', [{ method: 'tools/call', id: 'two' }, { method: 'note' }, { result: {}, id: 9 }])
    calls.end({ jsonrpc: '2.0', id: 1, result: {} })
    calls.end(note(1))
    const woken = openCalls(storage)
    expect(woken.interrupted()).toMatchObject([{ stream: 'b', message: { id: 'two', error: { code: -32_603 } } }])
    expect(woken.interrupted()).toEqual([])
  })
})
