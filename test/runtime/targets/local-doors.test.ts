import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createServerBridge } from '../../../bridge/serve/create-server-bridge.ts'
import { createServerMetrics } from '../../../bridge/serve/server-metrics.ts'
import { detectIsolationLayers } from '../../../runtime/supervisor/detect-isolation-layers.ts'
import { createLocalTarget, type LocalTarget } from '../../../runtime/targets/local/create-local-target.ts'
import { deploymentMount } from '../../../src/http/deployment-mount.ts'
import { LIMITS } from '../../bridge/fixtures/bridge-endpoint.ts'
import { createEventReader } from '../../bridge/fixtures/event-reader.ts'
import { modernRequest, post } from '../../bridge/fixtures/raw-http.ts'
import { requestOf } from '../../contracts/deployment-target-contract.ts'
import { findLastingPort } from '../../fixtures/lasting-port.ts'
import { tinyServer } from '../fixtures/tiny-server.ts'

const AUTHORIZED = { authorization: 'Bearer token' }
const request = requestOf({ 'local.mjs': tinyServer('hello'), 'operations.json': '[]' })
const { slug } = request.deployment
const say = modernRequest('tools/call', { name: 'say', arguments: {} })

let directory: string
let target: LocalTarget
/** As the daemon mounts it. */
let shared: Server
let own: string
let mounted: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-doors-'))
  target = createLocalTarget({
    dataDirectory: directory,
    createBridge: createServerBridge,
    createMetrics: createServerMetrics,
    bridgeLimits: LIMITS,
    layers: (await detectIsolationLayers()).layers,
    memoryMiB: 256,
    findFreePort: findLastingPort,
    createBroker: () => ({ call: () => Promise.reject(new Error('not needed')), notice: () => {} }),
  })
  const { port } = await target.apply(request, new AbortController().signal)
  own = `http://127.0.0.1:${port}`
  shared = createServer((asked, response) => {
    const mount = deploymentMount(asked.url)
    void target.handleDeploymentRequest(mount?.slug ?? '', mount?.path ?? '', asked, response)
  })
  shared.on('upgrade', (asked, socket, head) => {
    const mount = deploymentMount(asked.url)
    target.handleDeploymentUpgrade(mount?.slug ?? '', mount?.path ?? '', asked, socket, head)
  })
  await once(shared.listen(0, '127.0.0.1'), 'listening')
  // A TCP server's address is an AddressInfo.
  mounted = `http://127.0.0.1:${(shared.address() as AddressInfo).port}/s/${slug}`
})
afterAll(async () => {
  shared.closeAllConnections()
  shared.close()
  await target.closeAll()
  await rm(directory, { recursive: true })
})

it.each([['its own port'], ['its mount in the daemon']])(
  'is called over WebSocket and HTTP+SSE at %s',
  async (where) => {
    const base = where === 'its own port' ? own : mounted
    const socket = new WebSocket(`${base.replace('http', 'ws')}/mcp/stream`, { headers: AUTHORIZED })
    await once(socket, 'open')
    socket.send(JSON.stringify(say.body))
    expect(JSON.parse(String((await once(socket, 'message'))[0]))).toMatchObject({
      result: { content: [{ text: 'hello' }] },
    })
    socket.close()
    const leave = new AbortController()
    const events = createEventReader(await fetch(`${base}/sse`, { headers: AUTHORIZED, signal: leave.signal }))
    const endpoint = (await events.next())?.data ?? ''
    expect((await post(new URL(endpoint, base).href, say.body, AUTHORIZED)).status).toBe(202)
    expect(JSON.parse((await events.next())?.data ?? '')).toMatchObject({ result: { content: [{ text: 'hello' }] } })
    leave.abort()
  },
)

it.each([
  ['no token', {}, 401],
  ['a foreign Origin', { ...AUTHORIZED, origin: 'https://evil.example' }, 403],
  ['a foreign Host', { ...AUTHORIZED, host: 'evil.example' }, 403],
])('refuses a WebSocket with %s before it is one', async (_, headers, status) => {
  for (const base of [own, mounted]) {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/mcp/stream`, { headers })
    const [, answer] = await once(socket, 'unexpected-response')
    expect(answer.statusCode).toBe(status)
    answer.destroy()
  }
})

it('says at its mount nothing to who has no token, not even that it is there', async () => {
  const nobody = mounted.replace(slug, 'nobody')
  for (const path of ['/health', '/ready', '/metrics', '/mcp', '/sse', '/other']) {
    const answers = await Promise.all([mounted, nobody].map((base) => fetch(base + path)))
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
  }
  expect((await fetch(`${mounted}/health`, { headers: AUTHORIZED })).status).toBe(200)
})

it('counts what it did for Prometheus, with labels that clients cannot multiply', async () => {
  await post(`${own}/mcp`, say.body, { ...say.headers, ...AUTHORIZED })
  for (const method of ['made/up', 'made/up/too']) {
    const { body, headers } = modernRequest(method)
    await post(`${own}/mcp`, body, { ...headers, ...AUTHORIZED })
  }
  const page = await fetch(`${own}/metrics`, { headers: AUTHORIZED })
  expect(page.headers.get('content-type')).toContain('text/plain')
  const text = await page.text()
  const value = (sample: string): number => Number(text.split(`${sample} `)[1]?.split('\n', 1)[0])
  const labels = `server="${slug}"`
  expect(value(`mcpwright_requests_total{method="tools/call",outcome="ok",${labels}}`)).toBeGreaterThan(0)
  expect(value(`mcpwright_requests_total{method="other",outcome="error",${labels}}`)).toBe(2)
  expect(value(`mcpwright_child_running{${labels}}`)).toBe(1)
  expect(value(`mcpwright_child_resident_bytes{${labels}}`)).toBeGreaterThan(10 * 1024 * 1024)
  expect(value(`mcpwright_child_read_bytes_total{${labels}}`)).toBeGreaterThan(100)
  expect(text).not.toContain('made/up')
  expect((await target.metrics()).match(/^# TYPE mcpwright_requests_total/gm)).toHaveLength(1)
})
