import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Cloudflare, startCloudflare } from '../fixtures/cloudflare/start-cloudflare.ts'
import { call, callConfirmed, type Called } from './call.ts'
import { openCloudflareHome } from './cloudflare-home.ts'
import { launcher, type TestHome } from './test-home.ts'

const run = promisify(execFile)
const ADDRESS = 'https://mcp-servers-dispatcher.acme.workers.dev/shelf/mcp'

let cloudflare: Cloudflare
let home: TestHome
let meta: Client

beforeAll(async () => {
  cloudflare = await startCloudflare({ accounts: [{ plan: 'paid' }] })
  home = await openCloudflareHome(cloudflare, {
    MCPWRIGHT_CLOUDFLARE_TOKEN: cloudflare.token,
    MCPWRIGHT_CLOUDFLARE_NAMESPACE: 'mcp-servers',
    MCPWRIGHT_CLOUDFLARE_LIMITS: 'cpu_ms=50,subrequests=20',
  })
  meta = await home.connect()
  await call(meta, 'init_server', { name: 'shelf', description: 'A shelf of books.' })
  await addTool(3)
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await cloudflare[Symbol.asyncDispose]()
})

it('publishes a server into the namespace of the setting, behind its dispatcher, for those who have its key', async () => {
  const deployed = await deploy({ limits: { cpu_ms: 30 } })
  expect(deployed.error.message).toBe('')
  expect(deployed.data).toMatchObject({ target: 'cloudflare', url: ADDRESS, health: 'ok' })
  expect(await counted()).toEqual({ books: 3 })
  const calls = cloudflare.account.dispatch.get('mcp-servers')?.calls
  expect(calls?.at(-1)?.options).toEqual({
    limits: { cpuMs: 30, subRequests: 20 },
    outbound: { EGRESS: { hosts: [] } },
  })
  const { data } = await call(meta, 'get_server', { server: 'shelf', include: ['deployments'] })
  expect(data).toMatchObject({ deployments: [{ target: 'cloudflare', limits: { cpu_ms: 30, subrequests: 20 } }] })
})

it('goes back to the version before, says what differs, and is deleted', async () => {
  await addTool(4)
  await deploy({ limits: { cpu_ms: 10 }, requests_per_minute: 90 })
  expect(await counted()).toEqual({ books: 4 })
  const split = await call(meta, 'deploy', { server: 'shelf', target: 'cloudflare', settings: { traffic: 20 } })
  expect(split.error).toMatchObject({
    code: 'TARGET_REFUSED',
    message: expect.stringContaining('all requests at once'),
  })
  // It is nowhere else, so that needs no target.
  const back = await callConfirmed(meta, 'rollback', { server: 'shelf' })
  expect(back.error.message).toBe('')
  expect(back.text).toContain('runs version 1 again on cloudflare, instead of 2.')
  expect(back.text).toContain('Its settings come back: limits {"cpu_ms":30}.')
  expect(await counted()).toEqual({ books: 3 })
  const { data } = await call(meta, 'get_server', { server: 'shelf', include: ['deployments'] })
  expect(data.deployments).toMatchObject([{ settings: { limits: { cpu_ms: 30 }, requests_per_minute: 90 } }])
  expect((await call(meta, 'stop_server', { server: 'shelf' })).text).toContain('"shelf" is stopped on cloudflare.')
  // Again is the same place.
  expect((await call(meta, 'stop_server', { server: 'shelf' })).error.message).toBe('')
  expect((await call(meta, 'start_server', { server: 'shelf' })).data).toMatchObject({
    status: 'running',
    url: ADDRESS,
  })
  const here = await call(meta, 'stop_server', { server: 'shelf', target: 'local' })
  expect(here.error).toMatchObject({
    code: 'SERVER_NOT_RUNNING',
    next: { tool: 'get_server', arguments: { server: 'shelf', include: ['deployments'] } },
  })
  await callConfirmed(meta, 'delete_server', { server: 'shelf' })
  expect(cloudflare.account.dispatch.get('mcp-servers')?.scripts.size).toBe(0)
})

/** Where the machine is slow the answer comes before the end; a repeated call goes on waiting. */
async function deploy(settings: object = {}): Promise<Called> {
  for (;;) {
    const deployed = await call(meta, 'deploy', { server: 'shelf', target: 'cloudflare', settings })
    if (deployed.isError || deployed.data['url'] !== undefined) return deployed
  }
}

function addTool(books: number) {
  const about = { description: 'Counts the books of the shelf and gives their number.', effect: 'read' }
  const input_schema = { type: 'object', properties: {} }
  const code = `return { books: ${books} }`
  return call(meta, 'add_tool', { server: 'shelf', name: 'count_books', ...about, input_schema, code, replace: true })
}

async function counted(): Promise<unknown> {
  const words = [launcher, 'endpoint', 'shelf', '--target', 'cloudflare']
  const { stdout } = await run(process.execPath, words, { env: home.environment })
  const { url, headers } = JSON.parse(stdout).mcpServers.shelf
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers },
    fetch: cloudflare.fetch,
  })
  await client.connect(transport)
  try {
    return (await client.callTool({ name: 'count_books', arguments: {} })).structuredContent
  } finally {
    await client.close()
  }
}
