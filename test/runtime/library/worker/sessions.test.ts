import { Client, SSEClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartedWorker } from '../../../fixtures/start-worker.ts'
import { callText, connect } from './connect.ts'
import { deskDefinition } from './desk-definition.ts'
import { serveProject } from './served-project.ts'

const AUTHORIZED = { authorization: 'Bearer open-sesame' }
const opened = new AsyncDisposableStack()
let worker: StartedWorker

beforeAll(async () => {
  worker = opened.use(
    await serveProject(deskDefinition('desk.example'), {
      env: { MCP_TOKEN: 'open-sesame', MCP_KEY_HASHES: await hashOf('another-key') },
      bindings: ['MCP_SESSIONS', 'MCP_STORE'],
    }),
  )
})
afterAll(() => opened.disposeAsync())

describe('a session of a client of 2025', () => {
  it('asks the client in the middle of a call', async () => {
    const client = await connect(worker.url, 'legacy', AUTHORIZED, { elicitation: {} })
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { city: 'Rome' } }))
    expect(await callText(client, 'ask')).toBe('You said Rome')
    await client.close()
  })

  it('goes on after its object was out of memory, with what the client has said of itself', async () => {
    const client = await connect(worker.url, 'legacy', AUTHORIZED, { elicitation: {} })
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { city: 'Oslo' } }))
    await client.subscribeResource({ uri: 'library://rules' })
    await worker.restart()
    expect(await callText(client, 'ask')).toBe('You said Oslo')
    await client.close()
  })

  it('ends when the client says so; then, and for a text that is none, there is no such session', async () => {
    const session = await begin()
    expect((await post(session, ping)).status).toBe(200)
    expect((await request('DELETE', session)).status).toBe(200)
    expect((await post(session, ping)).status).toBe(404)
    expect((await post('no-session', ping)).status).toBe(404)
    expect((await post('0'.repeat(64), ping)).status).toBe(404)
    expect((await post(undefined, ping)).status).toBe(400)
  })

  it('is nobody else’s', async () => {
    const session = await begin()
    const other = { authorization: 'Bearer another-key' }
    expect((await post(session, ping, other)).status).toBe(404)
    expect((await post(session, ping, { ...other, 'mcp-caller': encodeURIComponent('{"key":"x"}') })).status).toBe(404)
    expect((await post(session, ping)).status).toBe(200)
  })

  it('sends again what was missed on a broken stream, and only that', async () => {
    const session = await begin()
    const listening = await listen(session)
    await post(session, call('changed'))
    const [first] = await listening.events(1)
    await listening.close()
    await post(session, call('changed'))
    const resumed = await listen(session, first?.id)
    const missed = await resumed.events(1)
    await resumed.close()
    expect(missed.map(({ message }) => message?.method)).toEqual(['notifications/tools/list_changed'])
    expect(Number(missed[0]?.id)).toBeGreaterThan(Number(first?.id))
  })

  it('gives a stream to a client that comes back before its broken connection was noticed', async () => {
    const session = await begin()
    const unnoticed = await listen(session)
    const again = await listen(session)
    await post(session, call('changed'))
    const [told] = await again.events(1)
    const resumed = await listen(session, told?.id)
    await post(session, call('changed'))
    expect(await resumed.events(1)).toMatchObject([{ message: { method: 'notifications/tools/list_changed' } }])
    await Promise.all([unnoticed, again, resumed].map((stream) => stream.close()))
  })

  it('sends again after its object was out of memory too', async () => {
    const session = await begin()
    const listening = await listen(session)
    await post(session, call('changed'))
    const [first] = await listening.events(1)
    await listening.close()
    await post(session, call('changed'))
    await worker.restart()
    const resumed = await listen(session, first?.id)
    expect(await resumed.events(1)).toMatchObject([{ message: { method: 'notifications/tools/list_changed' } }])
    await resumed.close()
  })

  it('answers a call that its end interrupted with an error, once the client is back', async () => {
    const session = await begin()
    const answer = await request('POST', session, {
      headers: { 'content-type': 'application/json' },
      body: call('dawdle'),
    })
    const broken = streamOf(answer)
    const [begun] = await broken.events(1)
    await broken.close()
    await worker.restart()
    const resumed = await listen(session, begun?.id)
    expect(await resumed.events(1)).toMatchObject([{ message: { id: 2, error: { code: -32_603 } } }])
    await resumed.close()
  })
})

describe('what a tool says has changed', () => {
  it('reaches other sessions, and of a resource those that asked for it', async () => {
    const [watching, indifferent] = [await connect(worker.url, 'legacy'), await connect(worker.url, 'legacy')]
    const heard: string[] = []
    const listsChanged = [watching, indifferent].map((client, index) => {
      client.setNotificationHandler('notifications/resources/updated', () => void heard.push(`resource ${index}`))
      return new Promise((resolve) => client.setNotificationHandler('notifications/tools/list_changed', resolve))
    })
    await watching.subscribeResource({ uri: 'library://rules' })
    const other = await connect(worker.url, 'modern')
    await callText(other, 'changed')
    await Promise.all(listsChanged)
    expect(heard).toEqual(['resource 0'])
    await Promise.all([watching, indifferent, other].map((client) => client.close()))
  })

  it('reaches clients of 2026 that listen, from a session', async () => {
    const listening = await connect(worker.url, 'modern')
    const told = new Promise((resolve) => listening.setNotificationHandler('notifications/tools/list_changed', resolve))
    const subscription = await listening.listen({ toolsListChanged: true })
    const session = await connect(worker.url, 'legacy')
    await callText(session, 'changed')
    expect(await told).toMatchObject({ method: 'notifications/tools/list_changed' })
    await subscription.close()
    await Promise.all([listening, session].map((client) => client.close()))
  })
})

describe('the older transport, HTTP with SSE', () => {
  it('serves a client with questions of its own', async () => {
    const client = new Client({ name: 'older', version: '1.0.0' }, { capabilities: { elicitation: {} } })
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { city: 'Bern' } }))
    const transport = new SSEClientTransport(new URL('/sse', worker.url), { requestInit: { headers: AUTHORIZED } })
    await client.connect(transport)
    expect(await callText(client, 'shout', 'old')).toBe('OLD')
    expect(await callText(client, 'ask')).toBe('You said Bern')
    await client.close()
  })

  it('needs the key, an open stream, and the right methods', async () => {
    expect((await fetch(`${worker.url}/sse`)).status).toBe(401)
    expect((await fetch(`${worker.url}/sse`, { method: 'POST', headers: AUTHORIZED })).status).toBe(405)
    const headers = { ...AUTHORIZED, 'content-type': 'application/json' }
    const nowhere = `${worker.url}/messages?session_id=${'0'.repeat(64)}`
    expect((await fetch(nowhere, { method: 'POST', headers, body: ping })).status).toBe(404)
  })
})

const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
const call = (name: string) =>
  JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name, arguments: { text: '' } } })

function request(
  method: string,
  session: string | undefined,
  more: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
) {
  const headers = {
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
    ...AUTHORIZED,
    ...(session !== undefined && { 'mcp-session-id': session }),
    ...more.headers,
  }
  return fetch(`${worker.url}/mcp`, { ...more, method, headers })
}

async function post(
  session: string | undefined,
  body: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const answer = await request('POST', session, { headers: { 'content-type': 'application/json', ...headers }, body })
  // A stream of one answer ends with it.
  await answer.text()
  return answer
}

/** @returns the session's id */
async function begin(): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1.0.0' } }
  const answer = await post(undefined, JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }))
  const session = answer.headers.get('mcp-session-id') ?? ''
  await post(session, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }))
  return session
}

interface SeenEvent {
  readonly id: string
  /** Undefined for the event that only begins a stream. */
  readonly message: { readonly method?: string; readonly error?: unknown } | undefined
}

/** The session's own stream, or the one that was broken. */
async function listen(session: string, lastEventId?: string) {
  const controller = new AbortController()
  const headers = { ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) }
  const answer = await request('GET', session, { headers, signal: controller.signal })
  expect(answer.status).toBe(200)
  return streamOf(answer, controller)
}

function streamOf(answer: Response, controller = new AbortController()) {
  const seen: SeenEvent[] = []
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    async events(count: number): Promise<readonly SeenEvent[]> {
      while (seen.length < count) {
        const { value } = (await reader?.read()) ?? {}
        text += value ?? ''
        const frames = text.split('\n\n')
        text = frames.pop() ?? ''
        seen.push(...frames.flatMap(readFrame))
      }
      return seen
    },
    async close() {
      controller.abort()
      await reader?.cancel().catch(() => {})
    },
  }
}

function readFrame(frame: string): SeenEvent[] {
  const [, id] = /^id: (.*)$/m.exec(frame) ?? []
  const [, data] = /^data: (.*)$/m.exec(frame) ?? []
  return id === undefined ? [] : [{ id, message: data ? JSON.parse(data) : undefined }]
}

async function hashOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  return Buffer.from(digest).toString('hex')
}
