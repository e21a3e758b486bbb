import { afterAll, beforeAll, expect, it } from 'vitest'
import { startBridge, type BridgeEndpoint } from '../fixtures/bridge-endpoint.ts'
import { createEventReader } from '../fixtures/event-reader.ts'
import { initialize, modernRequest, post } from '../fixtures/raw-http.ts'

let endpoint: BridgeEndpoint

beforeAll(async () => {
  endpoint = await startBridge()
})
afterAll(() => endpoint[Symbol.asyncDispose]())

const count = (steps: number) => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'count', arguments: { steps }, _meta: { progressToken: 'mine' } },
})

async function resume(url: string, sessionId: string, lastEventId: string): Promise<Response> {
  return await fetch(url, {
    headers: { accept: 'text/event-stream', 'mcp-session-id': sessionId, 'last-event-id': lastEventId },
  })
}

it('sends what a cut client has missed of its call, and nothing else, when it comes back', async () => {
  const { sessionId } = await initialize(endpoint.url, '2025-11-25')
  const leave = new AbortController()
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'mcp-session-id': sessionId },
    body: JSON.stringify(count(20)),
    signal: leave.signal,
  })
  const events = createEventReader(response)
  const priming = await events.next()
  expect(priming).toMatchObject({ retry: '1000', data: '' })
  const first = await events.next()
  expect(JSON.parse(first?.data ?? '')).toMatchObject({ params: { progress: 1, progressToken: 'mine' } })
  leave.abort()
  const other = await initialize(endpoint.url, '2025-11-25')
  await post(endpoint.url, count(2), { 'mcp-session-id': other.sessionId })

  const resumed = await createEventReader(await resume(endpoint.url, sessionId, first?.id ?? '')).all()
  const messages = resumed.map(({ data }) => JSON.parse(data ?? ''))
  expect(messages.slice(0, -1).map(({ params }) => params.progress)).toEqual(
    Array.from({ length: 19 }, (_, index) => index + 2),
  )
  expect(messages.at(-1)).toMatchObject({ id: 7, result: { content: [{ text: 'counted 20' }] } })
})

it('replays a call that has ended as often as it is asked to, from any of its events', async () => {
  const { sessionId } = await initialize(endpoint.url, '2025-11-25')
  const events = await createEventReader(await post(endpoint.url, count(3), { 'mcp-session-id': sessionId })).all()
  for (const [index, { id }] of events.entries()) {
    const again = await createEventReader(await resume(endpoint.url, sessionId, id ?? '')).all()
    expect(again).toEqual(events.slice(index + 1))
  }
})

it('primes no stream of a client older than 2025-11-25, which would read the empty event', async () => {
  const { sessionId } = await initialize(endpoint.url, '2025-06-18')
  const events = await createEventReader(await post(endpoint.url, count(1), { 'mcp-session-id': sessionId })).all()
  expect(events.map(({ data }) => data)).not.toContain('')
  expect(events.every(({ id }) => id !== undefined)).toBe(true)
})

it('keeps for a session whose stream was cut what the server said meanwhile', async () => {
  const { sessionId } = await initialize(endpoint.url, '2025-11-25')
  const leave = new AbortController()
  const headers = { accept: 'text/event-stream', 'mcp-session-id': sessionId }
  const stream = createEventReader(await fetch(endpoint.url, { headers, signal: leave.signal }))
  const priming = await stream.next()
  leave.abort()
  await expect(stream.next()).rejects.toThrow('aborted')
  await post(
    endpoint.url,
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'grow', arguments: {} } },
    headers,
  )
  const resumed = createEventReader(await resume(endpoint.url, sessionId, priming?.id ?? ''))
  expect(JSON.parse((await resumed.next())?.data ?? '')).toMatchObject({ method: 'notifications/tools/list_changed' })
})

it('gives nothing of one session to another that knows its event ids', async () => {
  const [mine, theirs] = [await initialize(endpoint.url, '2025-11-25'), await initialize(endpoint.url, '2025-11-25')]
  const headers = { 'mcp-session-id': mine.sessionId }
  const [priming] = await createEventReader(await post(endpoint.url, count(1), headers)).all()
  const response = await resume(endpoint.url, theirs.sessionId, priming?.id ?? '')
  // Nothing was kept under that id in their session, so a fresh stream begins.
  expect(await createEventReader(response).next()).toMatchObject({ data: '' })
})

it('keeps no more events than it may', async () => {
  await using own = await startBridge({ events: 5 })
  const { sessionId } = await initialize(own.url, '2025-11-25')
  const events = await createEventReader(await post(own.url, count(20), { 'mcp-session-id': sessionId })).all()
  const kept = await createEventReader(await resume(own.url, sessionId, events[0]?.id ?? '')).all()
  expect(kept).toEqual(events.slice(-5))
})

it('keeps events no longer than it may', async () => {
  let time = 0
  await using own = await startBridge({ eventAgeMs: 1_000 }, undefined, { now: () => time })
  const { sessionId } = await initialize(own.url, '2025-11-25')
  const headers = { 'mcp-session-id': sessionId }
  const [priming] = await createEventReader(await post(own.url, count(3), headers)).all()
  time = 2_000
  const later = await createEventReader(await post(own.url, count(1), headers)).all()
  expect(await createEventReader(await resume(own.url, sessionId, later[0]?.id ?? '')).all()).toEqual(later.slice(1))
  // Of the first call nothing is left, so this is a fresh stream.
  expect(await createEventReader(await resume(own.url, sessionId, priming?.id ?? '')).next()).toMatchObject({
    data: '',
  })
})

it('ends a session at its absolute age, whatever the client does', async () => {
  let time = 0
  await using own = await startBridge({ sessionAgeMs: 10_000, sessionIdleMs: 8_000 }, undefined, { now: () => time })
  const { sessionId } = await initialize(own.url)
  const ping = (): Promise<Response> =>
    post(own.url, { jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': sessionId })
  time = 6_000
  expect((await ping()).status).toBe(200)
  time = 10_001
  expect((await ping()).status).toBe(404)
  const idle = await initialize(own.url)
  time += 8_001
  const late = await post(own.url, { jsonrpc: '2.0', id: 1, method: 'ping' }, { 'mcp-session-id': idle.sessionId })
  expect(late.status).toBe(404)
  expect(own.bridge.health().sessions).toBe(0)
})

it('ends the session of a client that vanished in the middle of a call, and the call with it', async () => {
  let time = 0
  await using own = await startBridge({ sessionIdleMs: 10_000 }, undefined, { now: () => time })
  const { sessionId } = await initialize(own.url, '2025-11-25')
  const leave = new AbortController()
  const hang = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'hang', arguments: {} } }
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'mcp-session-id': sessionId }
  const hanging = fetch(own.url, { method: 'POST', headers, body: JSON.stringify(hang), signal: leave.signal })
  // Its stream can be resumed from here on.
  const events = createEventReader(await hanging)
  expect(await events.next()).toMatchObject({ retry: '1000' })
  time = 20_000
  const ping = { jsonrpc: '2.0', id: 2, method: 'ping' }
  expect((await post(own.url, ping, { 'mcp-session-id': sessionId })).status).toBe(200)
  leave.abort()
  await expect(events.next()).rejects.toThrow('aborted')
  await expect
    .poll(async () => {
      time += 10_001
      return (await post(own.url, ping, { 'mcp-session-id': sessionId })).status
    })
    .toBe(404)
  await expect.poll(() => own.logs).toContain('hang was cancelled')
})

it('answers a batch of 2025-03-26 together, and refuses one of a later client', async () => {
  const old = await initialize(endpoint.url, '2025-03-26')
  const batch = [
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'echo', arguments: { text: 'hi' } } },
  ]
  const answers = await (await post(endpoint.url, batch, { 'mcp-session-id': old.sessionId })).json()
  expect(answers).toMatchObject([
    { id: 1, result: {} },
    { id: 2, result: { content: [{ text: 'hi' }] } },
  ])
  const onlyNotifications = await post(endpoint.url, [batch[1]], { 'mcp-session-id': old.sessionId })
  expect(onlyNotifications.status).toBe(202)
  const { sessionId } = await initialize(endpoint.url, '2025-06-18')
  const refused = await post(endpoint.url, batch, { 'mcp-session-id': sessionId })
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: -32600 } }])
})

it('gives each client its turn when calls wait, and refuses what is over the limit', async () => {
  await using own = await startBridge({ callsAtOnce: 1, callsWaiting: 3 })
  await own.bridge.wake()
  const order: string[] = []
  const call = async (client: string, sessionId: string): Promise<number | undefined> => {
    const message = { ...count(2), params: { ...count(2).params, _meta: {} }, id: Math.random().toString() }
    const answer = await post(own.url, message, { 'mcp-session-id': sessionId })
    const { error } = (await answer.json()) as { error?: { code: number } }
    if (!error) order.push(client)
    return error?.code
  }
  const [greedy, modest] = [await initialize(own.url), await initialize(own.url)]
  const hang = modernRequest('tools/call', { name: 'hang', arguments: {} })
  const leave = new AbortController()
  const hanging = fetch(own.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: '*/*', ...hang.headers },
    body: JSON.stringify(hang.body),
    signal: leave.signal,
  })
  // Before it the bridge asks for the list of tools, which has the one place too.
  await expect.poll(() => own.logs).toContain('hang began')
  expect(own.bridge.health().calls).toBe(1)
  const waiting = [call('greedy', greedy.sessionId), call('greedy', greedy.sessionId)]
  await expect.poll(() => own.bridge.health().waitingCalls).toBe(2)
  waiting.push(call('modest', modest.sessionId))
  await expect.poll(() => own.bridge.health().waitingCalls).toBe(3)
  expect(await call('late', modest.sessionId)).toBe(-32603)
  leave.abort()
  await expect(hanging).rejects.toThrow('aborted')
  await Promise.all(waiting)
  expect(order).toEqual(['greedy', 'modest', 'greedy'])
  expect(own.bridge.health()).toMatchObject({ calls: 0, waitingCalls: 0 })
})
