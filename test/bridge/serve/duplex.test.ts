import { once } from 'node:events'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js'
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { LIMITS, startBridge, STDIO_ECHO, type BridgeEndpoint } from '../fixtures/bridge-endpoint.ts'
import { callForText, callTool, hearProgress } from '../fixtures/clients.ts'
import { modernRequest, post } from '../fixtures/raw-http.ts'
import { spawnChild } from '../fixtures/spawn-child.ts'

let endpoint: BridgeEndpoint
const open: LegacyClient[] = []

beforeAll(async () => {
  endpoint = await startBridge()
  // The SDK's transport takes the socket of a browser.
  globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})
afterAll(() => endpoint[Symbol.asyncDispose]())

const socketUrl = (url = endpoint.url): URL => new URL(url.replace('http', 'ws'))
const sseUrl = (): URL => new URL('/sse', endpoint.url)

describe.each([
  { road: 'HTTP+SSE', transport: () => new SSEClientTransport(sseUrl()) },
  { road: 'WebSocket', transport: () => new WebSocketClientTransport(socketUrl()) },
])('a bridge over $road', ({ transport }) => {
  async function connect(): Promise<LegacyClient> {
    const client = new LegacyClient({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } })
    await client.connect(transport())
    open.push(client)
    return client
  }

  it('introduces the server, lists its tools and calls them, with progress', async () => {
    const client = await connect()
    expect(client.getServerVersion()).toMatchObject({ name: 'echo' })
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
    expect(await callForText(client, 'echo', { text: 'höllo' })).toBe('höllo')
    const heard = hearProgress(client)
    await callTool(client, 'count', { steps: 3 }, { onprogress: () => {} })
    expect(heard()).toEqual([[1, 2, 3]])
  })

  it('asks the client for input, and tells it that lists changed', async () => {
    const client = await connect()
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }))
    expect(await callForText(client, 'ask')).toBe('hello Ada, state-1')
    const changed = new Promise<void>((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
    )
    await endpoint.bridge.replace(() => spawnChild(STDIO_ECHO))
    await changed
  })

  it('keeps many calls of two clients with the same ids apart', async () => {
    const [one, other] = [await connect(), await connect()]
    const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`)
    const [mine, theirs] = await Promise.all([
      Promise.all(texts.map((text) => callForText(one, 'echo', { text: `mine ${text}` }))),
      Promise.all(texts.map((text) => callForText(other, 'echo', { text: `theirs ${text}` }))),
    ])
    expect([mine, theirs]).toEqual([texts.map((text) => `mine ${text}`), texts.map((text) => `theirs ${text}`)])
  })

  it('counts a connection while it is open, and ends its calls with it', async () => {
    await expect.poll(() => endpoint.bridge.health().sessions).toBe(0)
    const client = await connect()
    expect(endpoint.bridge.health().sessions).toBe(1)
    const began = endpoint.logs.filter((line) => line === 'hang began').length
    const cancelled = endpoint.logs.filter((line) => line === 'hang was cancelled').length
    const hanging = callForText(client, 'hang').catch(() => 'closed')
    await expect.poll(() => endpoint.logs.filter((line) => line === 'hang began').length).toBe(began + 1)
    await client.close()
    expect(await hanging).toBe('closed')
    await expect.poll(() => endpoint.logs.filter((line) => line === 'hang was cancelled').length).toBe(cancelled + 1)
    await expect.poll(() => endpoint.bridge.health().sessions).toBe(0)
  })
})

describe('a WebSocket', () => {
  it('carries 2026-07-28 without initialize, and cancels by notification', async () => {
    const socket = await openSocket()
    socket.send(JSON.stringify(modernRequest('tools/call', { name: 'echo', arguments: { text: 'hi' } }).body))
    expect(await nextMessage(socket)).toMatchObject({ id: 1, result: { content: [{ text: 'hi' }] } })
    const cancelled = endpoint.logs.filter((line) => line === 'hang was cancelled').length
    const began = endpoint.logs.filter((line) => line === 'hang began').length
    socket.send(JSON.stringify(modernRequest('tools/call', { name: 'hang', arguments: {} }).body))
    await expect.poll(() => endpoint.logs.filter((line) => line === 'hang began').length).toBe(began + 1)
    socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }))
    await expect.poll(() => endpoint.logs.filter((line) => line === 'hang was cancelled').length).toBe(cancelled + 1)
    socket.close()
  })

  it.each([
    ['{"jsonrpc', -32700],
    ['[]', -32600],
    ['{"jsonrpc":"2.0","id":1,"method":"tools/list"}', -32600],
  ])('answers %s with an error and stays open', async (text, code) => {
    const socket = await openSocket()
    socket.send(text)
    expect(await nextMessage(socket)).toMatchObject({ error: { code } })
    expect(socket.readyState).toBe(socket.OPEN)
    socket.close()
  })

  it('is closed for a message that is too large, and for one that is no text', async () => {
    const socket = await openSocket()
    socket.send('x'.repeat(LIMITS.bodyBytes + 1))
    expect((await once(socket, 'close'))[0]).toBe(1009)
    const other = await openSocket()
    other.send(Buffer.from([1, 2, 3]))
    expect((await once(other, 'close'))[0]).toBe(1003)
  })

  it('is refused when all places are taken', async () => {
    await using own = await startBridge({ sessions: 1 })
    const first = await openSocket(own.url)
    const second = new WebSocket(socketUrl(own.url))
    expect((await once(second, 'close'))[0]).toBe(1013)
    first.close()
  })
})

it('refuses POSTs to an SSE stream that is closed, and other methods', async () => {
  expect((await post(new URL('/messages?sessionId=nobody', endpoint.url).href, {})).status).toBe(404)
  expect((await post(sseUrl().href, {})).status).toBe(405)
})

async function openSocket(url = endpoint.url): Promise<WebSocket> {
  const socket = new WebSocket(socketUrl(url))
  await once(socket, 'open')
  return socket
}

async function nextMessage(socket: WebSocket): Promise<unknown> {
  const [frame] = await once(socket, 'message')
  return JSON.parse(String(frame))
}
