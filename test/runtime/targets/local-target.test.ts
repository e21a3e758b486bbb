import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, request as requestHttp } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createServerBridge } from '../../../bridge/serve/create-server-bridge.ts'
import { createServerMetrics } from '../../../bridge/serve/server-metrics.ts'
import { detectIsolationLayers } from '../../../runtime/supervisor/detect-isolation-layers.ts'
import { createLocalTarget, type LocalTarget } from '../../../runtime/targets/local/create-local-target.ts'
import { openDeploymentLog } from '../../../runtime/targets/local/deployment-log.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { LIMITS } from '../../bridge/fixtures/bridge-endpoint.ts'
import { modernRequest, post } from '../../bridge/fixtures/raw-http.ts'
import { deploymentTargetContract, requestOf } from '../../contracts/deployment-target-contract.ts'
import { findLastingPort } from '../../fixtures/lasting-port.ts'
import { tinyServer } from '../fixtures/tiny-server.ts'

const { layers } = await detectIsolationLayers()
const AUTHORIZED = { authorization: 'Bearer token' }
const signal = new AbortController().signal

function createTarget(dataDirectory: string, findPort = findLastingPort): LocalTarget {
  return createLocalTarget({
    dataDirectory,
    createBridge: createServerBridge,
    createMetrics: createServerMetrics,
    bridgeLimits: { ...LIMITS, crashesInWindow: 2 },
    layers,
    memoryMiB: 256,
    findFreePort: findPort,
    createBroker: () => ({ call: () => Promise.reject(new Error('not needed')), notice: () => {} }),
  })
}

function artefactsOf(text: string): Record<string, string> {
  return { 'local.mjs': tinyServer(text), 'operations.json': '[]' }
}

async function callSay(endpointUrl: string): Promise<string> {
  const { body, headers } = modernRequest('tools/call', { name: 'say', arguments: {} })
  const response = await post(endpointUrl, body, { ...headers, ...AUTHORIZED })
  // The tiny server answers one text.
  const { result } = (await response.json()) as { result: { content: [{ text: string }] } }
  return result.content[0].text
}

deploymentTargetContract('local', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'local-contract-'))
  const target = createTarget(directory)
  return {
    target,
    goodArtefacts: artefactsOf,
    badArtefacts: { 'local.mjs': 'console.error("no database here"); process.exit(1)' },
    callSay,
    async close() {
      await target.closeAll()
      await rm(directory, { recursive: true })
    },
  }
})

let directory: string
let target: LocalTarget

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-target-'))
  target = createTarget(directory)
})
afterEach(async () => {
  await target.closeAll()
  await rm(directory, { recursive: true })
})

it.each([
  ['no token', {}, 401],
  ['a wrong token', { authorization: 'Bearer wrong' }, 401],
  ['another scheme', { authorization: 'Basic token' }, 401],
  ['a foreign Origin', { ...AUTHORIZED, origin: 'https://evil.example' }, 403],
  ['the Origin "null"', { ...AUTHORIZED, origin: 'null' }, 403],
  ['a foreign Host', { ...AUTHORIZED, host: 'evil.example' }, 403],
  ['a Host that only begins like loopback', { ...AUTHORIZED, host: '127.0.0.1.evil.example' }, 403],
])('refuses %s as JSON', async (_, headers, status) => {
  const { port } = await target.apply(requestOf(artefactsOf('one')), signal)
  const { body, headers: modern } = modernRequest('tools/call', { name: 'say', arguments: {} })
  const answer = await postWithHost(port ?? 0, JSON.stringify(body), { ...modern, ...headers })
  expect(answer).toMatchObject({ status, type: 'application/problem+json' })
  expect(JSON.parse(answer.text)).toHaveProperty('fix')
})

it('answers an unknown server as it answers a wrong token', async () => {
  const server = createServer(
    (request, response) => void target.handleDeploymentRequest('nobody', '/mcp', request, response),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server's address is an AddressInfo.
  const { port } = server.address() as AddressInfo
  expect((await post(`http://127.0.0.1:${port}/s/nobody/mcp`, {}, AUTHORIZED)).status).toBe(401)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

it('answers /health and /ready without a token, and nothing else', async () => {
  const { endpointUrl } = await target.apply(requestOf(artefactsOf('one')), signal)
  const health = await fetch(new URL('/health', endpointUrl))
  const isolation = expect.objectContaining({ bubblewrap: layers.bubblewrap !== undefined, cleared_environment: true })
  expect([health.status, await health.json()]).toEqual([
    200,
    { status: 'ok', state: 'running', restarts: 0, sessions: 0, isolation },
  ])
  expect((await fetch(new URL('/ready', endpointUrl))).status).toBe(200)
  expect((await fetch(new URL('/other', endpointUrl))).status).toBe(404)
})

it('takes the recorded port again, or another when that one is taken', async () => {
  const request = requestOf(artefactsOf('one'))
  const { port } = await target.apply(request, signal)
  const recorded = { ...request, deployment: { ...request.deployment, port } }
  await target.remove(request.deployment)
  expect((await target.apply(recorded, signal)).port).toBe(port)
  const neighbour = { ...requestOf(artefactsOf('two')) }
  const other = await target.apply({ ...neighbour, deployment: { ...neighbour.deployment, port } }, signal)
  expect(other.port).not.toBe(port)
})

it('leaves nothing running when no port is free', async () => {
  const full = new MetaError('PORT_RANGE_FULL', 'No free port in 1-1 (1 in use).', 'Widen the range.')
  const crowded = createTarget(directory, () => Promise.reject(full))
  const request = requestOf(artefactsOf('one'))
  await expect(crowded.apply(request, signal)).rejects.toBe(full)
  expect((await crowded.status(request.deployment)).state).toBe('stopped')
  await crowded.closeAll()
})

it('restores a deployment asleep and wakes it with the first request', async () => {
  const request = requestOf(artefactsOf('one'))
  const { endpointUrl } = await target.restore(request)
  expect((await target.status(request.deployment)).state).toBe('asleep')
  expect(await callSay(endpointUrl)).toBe('one')
  expect((await target.status(request.deployment)).state).toBe('running')
})

it('keeps only the folder of the build that runs', async () => {
  const request = requestOf(artefactsOf('one'))
  await target.apply(request, signal)
  await target.apply({ ...requestOf(artefactsOf('two')), deployment: request.deployment }, signal)
  const entries = await readdir(join(directory, 'deployments', request.deployment.slug), { withFileTypes: true })
  expect(entries.filter((entry) => entry.isDirectory())).toHaveLength(1)
})

it('gives up a start when it is told to', async () => {
  const request = requestOf({ 'local.mjs': 'setInterval(() => {}, 1000)' })
  const abort = new AbortController()
  const applying = target.apply(request, abort.signal)
  abort.abort(new Error('shutting down'))
  await expect(applying).rejects.toThrow('shutting down')
  expect((await target.status(request.deployment)).state).toBe('stopped')
})

it('finds log lines by severity, text and time, page by page, also after a restart', async () => {
  const file = join(directory, 'log.jsonl')
  const log = await openDeploymentLog(file)
  for (let index = 1; index <= 5; index++) log.write(index % 2 === 0 ? 'error' : 'info', `line ${index}`)
  await log.flush()
  const reopened = await openDeploymentLog(file)
  const messages = (query: Parameters<typeof log.read>[0]): string[] =>
    reopened.read(query).lines.map(({ message }) => message)
  expect(messages({ level: 'warning', limit: 10 })).toEqual(['line 2', 'line 4'])
  expect(messages({ query: 'LINE 3', limit: 10 })).toEqual(['line 3'])
  expect(messages({ since: new Date(Date.now() + 60_000), limit: 10 })).toEqual([])
  const newest = reopened.read({ limit: 2 })
  expect(newest.lines.map(({ message }) => message)).toEqual(['line 4', 'line 5'])
  expect(messages({ limit: 2, cursor: newest.nextCursor ?? '' })).toEqual(['line 2', 'line 3'])
  expect(() => messages({ limit: 2, cursor: 'bad' })).toThrow('"bad" is no cursor of this list.')
})

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly text: string
}

/** fetch does not let a Host header through. */
async function postWithHost(port: number, body: string, headers: Record<string, string>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const options = { host: '127.0.0.1', port, path: '/mcp', method: 'POST' }
  const asked = requestHttp({ ...options, headers: { 'content-type': 'application/json', ...headers } }, (response) => {
    let text = ''
    response.on('data', (chunk) => (text += String(chunk)))
    response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], text }))
  })
  asked.on('error', reject)
  asked.end(body)
  return await promise
}
