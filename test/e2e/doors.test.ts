import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as V1StdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as V1HttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOfConfig, writeDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { ensureDaemon } from '../../src/daemon/ensure-daemon.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

/** What these tests use of a client, of whichever SDK. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>
  callTool(request: {
    name: string
    arguments: Record<string, unknown>
  }): Promise<{ isError?: unknown; structuredContent?: unknown }>
  close(): Promise<void>
}

let home: TestHome
let url: URL
let token: string

beforeAll(async () => {
  home = await openTestHome()
  const daemon = await ensureDaemon(home.config, home.environment)
  url = new URL(`http://127.0.0.1:${daemon.port}/mcp`)
  token = daemon.token
})

afterAll(() => home[Symbol.asyncDispose]())

const info = { name: 'test', version: '1.0.0' }
const headers = () => ({ headers: { authorization: `Bearer ${token}` } })
const command = () => ({
  command: process.execPath,
  args: [launcher],
  env: home.environment,
  stderr: 'ignore' as const,
})

const clients: Record<string, () => Promise<AnyClient>> = {
  'the v1 SDK over stdio': async () => {
    const client = new V1Client(info)
    await client.connect(new V1StdioTransport(command()))
    return client as unknown as AnyClient
  },
  'the v1 SDK over HTTP': async () => {
    const client = new V1Client(info)
    await client.connect(new V1HttpTransport(url, { requestInit: headers() }))
    return client as unknown as AnyClient
  },
  'the v2 SDK over stdio, 2025-11-25': async () =>
    connectModern(new ModernClient(info), new StdioClientTransport(command())),
  'the v2 SDK over stdio, 2026-07-28': async () =>
    connectModern(
      new ModernClient(info, { versionNegotiation: { mode: 'auto' } }),
      new StdioClientTransport(command()),
    ),
  'the v2 SDK over HTTP, 2025-11-25': async () =>
    connectModern(new ModernClient(info), new StreamableHTTPClientTransport(url, { requestInit: headers() })),
  'the v2 SDK over HTTP, 2026-07-28': async () =>
    connectModern(
      new ModernClient(info, { versionNegotiation: { mode: 'auto' } }),
      new StreamableHTTPClientTransport(url, { requestInit: headers() }),
    ),
}

async function connectModern(
  client: ModernClient,
  transport: Parameters<ModernClient['connect']>[0],
): Promise<AnyClient> {
  await client.connect(transport)
  return client
}

describe('the doors of the meta server', () => {
  it.each(Object.entries(clients))('let in %s', async (_, connect) => {
    const client = await connect()
    try {
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toContain('import_openapi')
      expect(await client.callTool({ name: 'list_servers', arguments: {} })).toMatchObject({
        structuredContent: { servers: [] },
      })
      expect(await client.callTool({ name: 'get_server', arguments: { server: 'none' } })).toMatchObject({
        isError: true,
      })
    } finally {
      await client.close()
    }
  })

  it.each([
    ['no token', {}, 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401],
    ['a foreign Origin', { origin: 'https://evil.example' }, 403],
    ['a foreign Host', { host: 'evil.example' }, 403],
  ])('refuse %s as JSON', async (_, extra: Record<string, string>, status) => {
    const { request } = await import('node:http')
    const given = 'authorization' in extra || status === 401 ? extra : { authorization: `Bearer ${token}`, ...extra }
    const answer = await new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
      const asked = request(
        url,
        { method: 'POST', headers: { 'content-type': 'application/json', ...given } },
        (response) => {
          let body = ''
          response.on('data', (chunk: Buffer) => (body += chunk.toString()))
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
          )
        },
      )
      asked.on('error', reject)
      asked.end('{}')
    })
    expect(answer.status).toBe(status)
    expect(answer.type).toContain('json')
    expect(JSON.parse(answer.body)).toMatchObject({ status, fix: expect.any(String) })
  })

  it('tell health and readiness without a token', async () => {
    expect(await (await fetch(new URL('/health', url))).json()).toMatchObject({ status: 'ok' })
    expect((await fetch(new URL('/ready', url))).status).toBe(200)
  })
})

describe('the door for descriptions', () => {
  const library = `openapi: 3.1.0
info: {title: Tiny Library, version: '1'}
servers: [{url: 'http://127.0.0.1:9'}]
paths:
  /books:
    get: {operationId: listBooks, summary: List books, responses: {'200': {description: ok}}}
`

  it('takes a form, answers 202 at once, and launches the server', async () => {
    const form = new FormData()
    form.set('file', new Blob([library], { type: 'application/yaml' }), 'library.yaml')
    const answer = await fetch(new URL('/upload-openapi', url), { method: 'POST', body: form, ...headers() })
    expect(answer.status).toBe(202)
    const accepted = (await answer.json()) as { job: string; status_url: string; server: string }
    expect(accepted).toMatchObject({ server: 'tiny-library', tools: 1 })
    await expect
      .poll(async () => (await fetch(accepted.status_url, headers())).json(), { timeout: 20_000 })
      .toMatchObject({ state: 'done' })
    const { servers } = (await (await fetch(new URL('/servers', url), headers())).json()) as { servers: unknown[] }
    expect(servers).toMatchObject([
      {
        name: 'tiny-library',
        status: 'running',
        port: expect.any(Number),
        pid: expect.any(Number),
        url: expect.any(String),
      },
    ])
  })

  it('takes the description as the body', async () => {
    const answer = await fetch(new URL('/upload-openapi?name=from-body', url), {
      method: 'POST',
      body: library,
      ...headers(),
    })
    expect(answer.status).toBe(202)
    expect(await answer.json()).toMatchObject({ server: 'from-body' })
  })

  it.each([
    ['nothing', '', 'DESCRIPTION_UNREADABLE'],
    ['something else', '{"a": 1}', 'DESCRIPTION_INVALID'],
  ])('refuses %s as problem+json', async (_, body, code) => {
    const answer = await fetch(new URL('/upload-openapi?name=bad', url), { method: 'POST', body, ...headers() })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ title: code, fix: expect.any(String) })
  })

  it('knows no job that was never sent', async () => {
    expect((await fetch(new URL('/jobs/none', url), headers())).status).toBe(404)
  })
})

describe('a door that is older than the daemon', () => {
  it('leaves every answer to it, the list of tools too', async () => {
    await using newer = await openTestHome()
    const daemon = await startNewerDaemon(newer)
    try {
      const client = new ModernClient(info)
      await client.connect(new StdioClientTransport({ ...command(), env: newer.environment }))
      expect(client.getServerVersion()).toMatchObject({ version: '99.0.0' })
      expect((await client.listTools()).tools).toMatchObject([{ name: 'of_later' }])
      await client.close()
    } finally {
      daemon.close()
      daemon.closeAllConnections()
    }
  })
})

/** A daemon of a version to come, as far as a door can see. */
async function startNewerDaemon({ folder, config }: TestHome): Promise<Server> {
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'mcpwright', version: '99.0.0' },
    },
    'tools/list': { tools: [{ name: 'of_later', inputSchema: { type: 'object' } }] },
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/health') return response.end('{}')
    if (request.method !== 'POST') return response.writeHead(405).end()
    const { id, method } = JSON.parse(await text(request))
    if (id === undefined) return response.writeHead(202).end()
    response.writeHead(200, { 'content-type': 'application/json' })
    return response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }))
  }
  const server = createServer((request, response) => void answer(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const record = { pid: process.pid, port, token: 'of a test', version: '99.0.0', configDigest: digestOfConfig(config) }
  writeDaemonRecord(folder, record)
  return server
}
