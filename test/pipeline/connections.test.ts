import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Connection, ConnectionTransport } from '../../src/model/connection.ts'
import type { ServerId, TenantId } from '../../src/model/ids.ts'
import { createEgress } from '../../src/net/egress.ts'
import {
  type Connections,
  type ConnectionTarget,
  createConnections,
} from '../../src/pipeline/connections/connections.ts'
import type { SecretResolver } from '../../src/pipeline/resolve-secrets.ts'
import { startUpstream, type UpstreamKind } from '../fixtures/upstreams/upstream-kinds.ts'

const LIMITS = {
  listMs: 5_000,
  silentMs: 5_000,
  answerBytes: 100_000,
  tools: 50,
  definitionBytes: 10_000,
  listBytes: 1_000_000,
  idleMs: 60_000,
}
const TOKEN = 'planted-token-4711'
const signal = new AbortController().signal
const cleanup: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const undo of cleanup.splice(0).toReversed()) await undo()
})

function openConnections(limits: Partial<typeof LIMITS> = {}, ...ports: number[]): Connections {
  const egress = createEgress({ allowLocal: new Set(ports.map((port) => `127.0.0.1:${port}`)) })
  const resolver: SecretResolver = { names: () => [], value: (name) => (name === 'NOTES_TOKEN' ? TOKEN : undefined) }
  const secrets = { load: async () => ({ ...resolver, unreadable: () => undefined }) }
  const connections = createConnections({
    egress,
    secrets,
    limits: { ...LIMITS, ...limits },
    loginDirectory: path.join(tmpdir(), 'no-such-logins'),
  })
  cleanup.push(
    () => egress.close(),
    () => connections.close(),
  )
  return connections
}

function targetAt(port: number, parts: Partial<Connection> = {}, tenant = 'one'): ConnectionTarget {
  const connection = { name: 'notes', url: `http://127.0.0.1:${port}/mcp`, transport: 'auto' as ConnectionTransport }
  // Brands: nothing is stored.
  return { tenantId: tenant as TenantId, serverId: tenant as ServerId, connection: { ...connection, ...parts } }
}

async function upstream(kind: UpstreamKind) {
  const server = await startUpstream(kind, 0)
  cleanup.push(() => server.close())
  return server
}

async function rawServer(listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.push(() => {
    server.closeAllConnections()
    server.close()
  })
  // A TCP server's address is an AddressInfo.
  return (server.address() as AddressInfo).port
}

const list = (connections: Connections, target: ConnectionTarget) =>
  connections.use(target, (live) => live.list(signal))

const call = (connections: Connections, target: ConnectionTarget, name: string, input: object) =>
  connections.use(target, (live) =>
    live.call({
      params: { name, arguments: input },
      capabilities: { elicitation: { form: {} } },
      signal,
      onProgress: () => {},
    }),
  )

describe('a connection', () => {
  it('is one for all calls of a server, and another for each tenant', async () => {
    const notes = await upstream('sessions')
    const connections = openConnections({}, notes.port)
    const target = targetAt(notes.port)
    const texts = Array.from({ length: 20 }, (_, index) => `text-${index}`)
    const results = await Promise.all(texts.map((text) => call(connections, target, 'get-note', { text })))
    expect(results.map((result) => JSON.stringify(result).includes('get-note'))).not.toContain(false)
    for (const [index, text] of texts.entries()) expect(JSON.stringify(results[index])).toContain(text)
    const sessions = () => notes.methods().filter((method) => method === 'initialize').length
    expect(sessions()).toBe(1)
    await call(connections, targetAt(notes.port, {}, 'two'), 'get-note', {})
    expect(sessions()).toBe(2)
  })

  it('is closed when nobody has used it for a while, and opened again', async () => {
    const notes = await upstream('sessions')
    const connections = openConnections({ idleMs: 20 }, notes.port)
    await list(connections, targetAt(notes.port))
    await expect.poll(() => notes.methods(), { timeout: 5_000 }).toContain('DELETE')
    expect((await list(connections, targetAt(notes.port))).tools).toHaveLength(8)
  })

  it('takes each question to the call that it belongs to', async () => {
    const notes = await upstream('sessions')
    const connections = openConnections({}, notes.port)
    const target = targetAt(notes.port)
    const names = ['first', 'second', 'third']
    const asked = await Promise.all(names.map((text) => call(connections, target, 'ask_note', { text })))
    for (const [index, name] of names.entries()) {
      expect(asked[index]).toMatchObject({ resultType: 'input_required' })
      expect(JSON.stringify(asked[index])).toContain(`Whose note \\"${name}\\"?`)
    }
  })

  it('refuses a question over HTTP+SSE when it may belong to one of several calls', async () => {
    const notes = await upstream('sse')
    const connections = openConnections({}, notes.port)
    const target = targetAt(notes.port)
    const asked = await Promise.allSettled(
      ['first', 'second'].map((text) => call(connections, target, 'ask_note', { text })),
    )
    const outcomes = asked.map((each) =>
      each.status === 'fulfilled' ? JSON.stringify(each.value) : String(each.reason),
    )
    for (const [index, name] of ['first', 'second'].entries()) {
      expect(outcomes[index]).toMatch(new RegExp(`${name}|not clear for which call`))
    }
  })

  it('tells who listens when the list has changed', async () => {
    for (const kind of ['modern', 'sessions', 'sse'] as const) {
      const notes = await upstream(kind)
      const connections = openConnections({}, notes.port)
      const changed = new Promise<ConnectionTarget>((resolve) => connections.onChanged(resolve))
      await list(connections, targetAt(notes.port))
      const listens = kind === 'modern' ? 'subscriptions/listen' : 'notifications/initialized'
      await expect.poll(() => notes.methods(), { timeout: 5_000 }).toContain(listens)
      const offer = () =>
        fetch(`http://127.0.0.1:${notes.port}/control`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ tools: [] }),
        })
      // The subscription is taken a moment after it was asked for.
      await expect
        .poll(() => Promise.race([changed.then(() => true), offer().then(() => false)]), { timeout: 5_000 })
        .toBe(true)
      expect((await changed).connection.url).toContain(String(notes.port))
    }
  })
})

describe('a hostile or broken server', () => {
  it('that hangs is given up after a time, and the next one who asks gets through', async () => {
    let hangs = true
    const notes = await upstream('modern')
    const port = await rawServer((request, response) => {
      if (hangs) return
      response.writeHead(307, { location: `http://127.0.0.1:${notes.port}${request.url}` }).end()
    })
    const connections = openConnections({ listMs: 500 }, port, notes.port)
    await expect(list(connections, targetAt(port))).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: expect.stringContaining('silent for 0.5 seconds'),
    })
    hangs = false
    // It answers now, though with a redirect to another host: that is refused, and nothing was sent there.
    await expect(list(connections, targetAt(port))).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
    expect(notes.methods()).toEqual([])
  })

  it('that says nothing after a call is given up, with the word that it may have been done', async () => {
    const notes = await upstream('sessions')
    const connections = openConnections({ silentMs: 500 }, notes.port)
    await expect(call(connections, targetAt(notes.port), 'wait_note', {})).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      fix: expect.stringContaining('look before calling again'),
    })
    await expect.poll(() => notes.methods(), { timeout: 5_000 }).toContain('notifications/cancelled')
  })

  it.each(['application/json', 'text/event-stream'])('that answers 64 MB of %s is cut off early', async (type) => {
    let sentBytes = 0
    const port = await rawServer((_request, response) => {
      response.writeHead(200, { 'content-type': type })
      const chunk = Buffer.alloc(64 * 1024, 'x')
      const more = (): void => {
        while (sentBytes < 64 * 1024 * 1024 && !response.destroyed) {
          sentBytes += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    const connections = openConnections({}, port)
    await expect(list(connections, targetAt(port))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
    expect(sentBytes).toBeLessThan(32 * 1024 * 1024)
  })

  it.each([
    ['a page', 'text/html', '<h1>It works!</h1>'],
    ['JSON that is no JSON-RPC', 'application/json', '{"hello": "world"}'],
    ['a list', 'application/json', '[1, 2, 3]'],
    ['nothing', 'application/json', ''],
    ['an event that is no JSON', 'text/event-stream', 'data: {\n\n'],
  ])('that answers with %s is told as such', async (_, type, body) => {
    const port = await rawServer((_request, response) => response.writeHead(200, { 'content-type': type }).end(body))
    const connections = openConnections({}, port)
    await expect(list(connections, targetAt(port))).rejects.toMatchObject({
      code: expect.stringMatching(/^(TOOL_FAILED|UPSTREAM_UNREACHABLE)$/),
    })
  })

  it('that redirects elsewhere gets no token carried there', async () => {
    const heard: unknown[] = []
    const thief = await rawServer((request, response) => {
      heard.push(request.headers.authorization)
      response.end('{}')
    })
    for (const status of [301, 302, 303, 307, 308]) {
      const port = await rawServer((_request, response) =>
        response.writeHead(status, { location: `http://127.0.0.1:${thief}/mcp` }).end(),
      )
      const connections = openConnections({}, port, thief)
      for (const transport of ['auto', 'sse'] as const) {
        const target = targetAt(port, { token: 'NOTES_TOKEN', transport })
        await expect(list(connections, target)).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
      }
    }
    expect(heard).toEqual([])
  })

  it('on a host that nobody opened is not reached', async () => {
    const port = await rawServer((_request, response) => response.end())
    await expect(list(openConnections(), targetAt(port))).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
  })

  it('that wants a token is told as such, and gets the one a person entered', async () => {
    const notes = await upstream('modern')
    const port = await rawServer((request, response) => {
      const isRight = request.headers.authorization === `Bearer ${TOKEN}`
      response.writeHead(isRight ? 307 : 401, { location: `http://127.0.0.1:${notes.port}/mcp` }).end()
    })
    const connections = openConnections({}, port, notes.port)
    await expect(list(connections, targetAt(port))).rejects.toMatchObject({
      code: 'SECRET_MISSING',
      fix: expect.stringContaining('NOTES_TOKEN'),
    })
    // It went past the 401, to the redirect that is refused.
    await expect(list(connections, targetAt(port, { token: 'NOTES_TOKEN' }))).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
    })
  })

  it('that lists endless pages, huge definitions and twins is listed as far as it makes sense', async () => {
    const port = await rawServer((request, response) => void answerEndlessly(request, response))
    const listing = await list(openConnections({}, port), targetAt(port))
    expect(listing.tools).toHaveLength(LIMITS.tools)
    const reasons = new Set(listing.leftOut.map(({ reason }) => reason))
    expect([...reasons]).toEqual(
      expect.arrayContaining([
        'it is listed twice',
        'its definition is larger than 10000 bytes',
        'it has no input schema',
        'only the first 50 are read',
      ]),
    )
  })
})

async function answerEndlessly(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const { id, method } = JSON.parse(body) as { id: string; method: string }
  const inputSchema = { type: 'object' }
  const huge = { name: 'huge', description: 'x'.repeat(20_000), inputSchema }
  const twin = { name: 'twin', inputSchema }
  const tools = [twin, twin, huge, { name: 'bare' }, { name: randomUUID(), inputSchema }]
  const discovered = { supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, serverInfo: {} }
  const listed = { tools, nextCursor: 'more', resultType: 'complete' }
  const result = method === 'server/discover' ? discovered : listed
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }))
}
