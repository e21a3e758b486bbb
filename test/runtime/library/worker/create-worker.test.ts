import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartedWorker } from '../../../fixtures/start-worker.ts'
import { callText, connect } from './connect.ts'
import { deskDefinition } from './desk-definition.ts'
import { serveProject } from './served-project.ts'

const opened = new AsyncDisposableStack()
let worker: StartedWorker
let upstream: string

beforeAll(async () => {
  upstream = await openUpstream()
  worker = opened.use(
    await serveProject(deskDefinition(upstream), {
      env: { MCP_TOKEN: 'open-sesame', CITY: 'Paris', DESK_KEY: 'a secret' },
      bindings: ['MCP_STORE', 'CF_VERSION_METADATA'],
    }),
  )
})
afterAll(() => opened.disposeAsync())

describe.each(['modern', 'legacy'] as const)('a Worker, to a client of the %s era', (era) => {
  it('lists its tools and calls them', async () => {
    const client = await connect(worker.url, era)
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('shout')
    expect(await callText(client, 'shout', 'quiet')).toBe('QUIET')
    await client.close()
  })

  it('keeps what tools store for the next isolate, and loses no count', async () => {
    const client = await connect(worker.url, era)
    await callText(client, 'remember', era)
    expect(JSON.parse(await callText(client, 'recall'))).toEqual({ note: era })
    const counts = await Promise.all(Array.from({ length: 8 }, () => callText(client, 'count')))
    expect(new Set(counts).size).toBe(8)
    await client.close()
  })
})

describe('a Worker', () => {
  it('says how it is, in which version of it, without a key', async () => {
    const answer = await fetch(`${worker.url}/health`)
    expect(await answer.json()).toEqual({
      status: 'ok',
      version: '1.0.3',
      workerVersion: expect.stringMatching(/^[\w-]{36}$/),
    })
    expect(await (await fetch(worker.url)).text()).toContain('/mcp')
  })

  it('answers other paths with 404, and says of /sse which setting it lacks', async () => {
    const other = await fetch(`${worker.url}/other`)
    expect([other.status, await other.json()]).toEqual([404, { error: 'The server is at /mcp.' }])
    const sse = await fetch(`${worker.url}/sse`)
    expect([sse.status, await sse.json()]).toEqual([404, { error: expect.stringContaining('sessions: true') }])
  })

  it('refuses who has no key, or another', async () => {
    for (const authorization of [undefined, 'Basic b3Blbi1zZXNhbWU=']) {
      const answer = await post({ ...(authorization && { authorization }) })
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    }
    const other = await post({ authorization: 'Bearer other' })
    expect([other.status, other.headers.get('www-authenticate')]).toEqual([401, 'Bearer error="invalid_token"'])
    expect(await other.json()).toEqual({ error: 'The token does not hold, or no longer.' })
  })

  it('reaches its hosts alone, from whatever function of fetch, and says which they are', async () => {
    const client = await connect(worker.url, 'modern')
    expect(JSON.parse(await callText(client, 'look', '/here'))).toMatchObject({ path: '/here', key: 'k' })
    for (const tool of ['look_elsewhere', 'look_past']) {
      const refusal = await callText(client, tool, 'http://127.0.0.1:9/secret')
      expect(refusal).toContain('HOST_NOT_ALLOWED: This server may not reach "127.0.0.1:9"')
      expect(refusal).toContain(upstream)
    }
    expect(await callText(client, 'other_ways')).toBe('undefined undefined true')
    await client.close()
  })

  it('follows a redirect within its hosts, and none out of them', async () => {
    const client = await connect(worker.url, 'modern')
    expect(JSON.parse(await callText(client, 'look', '/moved'))).toMatchObject({ path: '/there', key: 'k' })
    expect(await callText(client, 'look', '/away')).toContain('may not reach "localhost:')
    await client.close()
  })

  it('shows tools their own settings, and none of its keys', async () => {
    const client = await connect(worker.url, 'modern')
    expect(await callText(client, 'settings')).toBe('CITY DESK_KEY')
    await client.close()
  })

  it('gives no result that is too long', async () => {
    const client = await connect(worker.url, 'modern')
    expect(await callText(client, 'flood')).toContain('at most 4194304 are given')
    await client.close()
  })

  it('reads no request that is not JSON', async () => {
    const headers = { authorization: 'Bearer open-sesame' }
    const broken = await post(headers, '{')
    expect([broken.status, await broken.json()]).toMatchObject([400, { error: { code: -32_700 } }])
    expect((await post({ ...headers, 'content-type': 'text/plain' })).status).toBe(415)
  })

  it('asks the client in the middle of a call, and goes on with the answer in another request', async () => {
    const client = await connect(worker.url, 'modern', undefined, { elicitation: { form: {} } })
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { city: 'Rome' } }))
    expect(await callText(client, 'ask')).toBe('You said Rome')
    await client.close()
  })

  it('runs what was put off once, at the next tick', async () => {
    const client = await connect(worker.url, 'modern')
    expect(await callText(client, 'later', 'at last')).toBe('soon')
    await worker.tick()
    expect(JSON.parse(await callText(client, 'recall'))).toEqual({ note: 'at last' })
    await callText(client, 'remember', 'since')
    await worker.tick()
    expect(JSON.parse(await callText(client, 'recall'))).toEqual({ note: 'since' })
    await client.close()
  })

  it('tells who listens in another request that something has changed', async () => {
    const client = await connect(worker.url, 'modern')
    const updated = new Promise((resolve) => client.setNotificationHandler('notifications/resources/updated', resolve))
    const subscription = await client.listen({ resourceSubscriptions: ['library://rules'] })
    const other = await connect(worker.url, 'modern')
    await callText(other, 'changed')
    expect(await updated).toMatchObject({ params: { uri: 'library://rules' } })
    await subscription.close()
    await other.close()
    await client.close()
  })
})

describe('a Worker, to a page in a browser', () => {
  it('lets any page ask, and read what clients need', async () => {
    const asked = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const headers = { ...asked, 'access-control-request-headers': 'authorization, mcp-param-region' }
    const preflight = await fetch(`${worker.url}/mcp`, { method: 'OPTIONS', headers })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, mcp-param-region')
    expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE')
    const answer = await post({ origin: 'https://app.example' })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')).toContain('www-authenticate')
  })
})

function post(headers: Readonly<Record<string, string>>, body = '{"jsonrpc":"2.0","id":1,"method":"ping"}') {
  const accept = 'application/json, text/event-stream'
  return fetch(`${worker.url}/mcp`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...headers },
    body,
  })
}

/** Tells what reached it; `/moved` leads to `/there`, `/away` to another host. @returns `host:port` */
async function openUpstream(): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { port } = server.address() as AddressInfo
    if (request.url === '/moved') return void response.writeHead(302, { location: '/there' }).end()
    if (request.url === '/away')
      return void response.writeHead(302, { location: `http://localhost:${port}/there` }).end()
    response.end(JSON.stringify({ path: request.url, key: request.headers['x-api-key'] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
