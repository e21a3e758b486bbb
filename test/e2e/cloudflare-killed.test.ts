import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { type Cloudflare, startCloudflare } from '../fixtures/cloudflare/start-cloudflare.ts'
import { call } from './call.ts'
import { openCloudflareHome } from './cloudflare-home.ts'
import type { TestHome } from './test-home.ts'

let cloudflare: Cloudflare
let home: TestHome
let meta: Client

beforeAll(async () => {
  cloudflare = await startCloudflare()
  home = await openCloudflareHome(cloudflare, {
    MCPWRIGHT_CLOUDFLARE_TOKEN: cloudflare.token,
  })
  meta = await home.connect()
  await call(meta, 'init_server', { name: 'shelf', description: 'A shelf of books.' })
  await change('one')
}, 60_000)

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await cloudflare[Symbol.asyncDispose]()
})

function change(word: string) {
  const about = { description: 'Says which version it is. Returns its word.', effect: 'read', replace: true }
  const input_schema = { type: 'object', properties: {} }
  return call(meta, 'add_tool', { server: 'shelf', name: 'say', ...about, input_schema, code: `return '${word}'` })
}

const deploy = () => call(meta, 'deploy', { server: 'shelf', target: 'cloudflare' })

/** Kills the daemon while this request is at Cloudflare, which does what was asked only when the daemon is dead. */
async function killDuring(method: string, path: string): Promise<void> {
  const before = readDaemonRecord(home.folder)
  const { promise: release, resolve } = Promise.withResolvers<void>()
  const seen = cloudflare.requests.length
  cloudflare.fail({ method, path, kind: { name: 'slow', release } })
  const deploying = deploy().catch(() => undefined)
  const isThere = () =>
    cloudflare.requests.slice(seen).some((request) => request.method === method && request.path.includes(path))
  await expect.poll(isThere, { timeout: 30_000, interval: 20 }).toBe(true)
  process.kill(before?.pid ?? 0, 'SIGKILL')
  resolve()
  await deploying
}

async function says(): Promise<unknown> {
  const health = await cloudflare.fetch('https://shelf.acme.workers.dev/health')
  return health.ok ? ((await health.json()) as { version?: string }).version : health.status
}

async function whatRuns(): Promise<unknown> {
  const shown = await call(meta, 'get_server', { server: 'shelf', include: ['versions', 'deployments'] })
  const elsewhere = shown.data.elsewhere as { cloudflare?: { version: number; share: number }[] } | undefined
  const [deployment] = shown.data.deployments as { status: string }[]
  return { status: deployment?.status, serving: elsewhere?.cloudflare?.filter?.(({ share }) => share > 0) }
}

/** The chat's door starts another daemon with the next call. */
async function isUp(version: number): Promise<void> {
  await expect
    .poll(() => whatRuns().catch(() => undefined), { timeout: 40_000, interval: 200 })
    .toMatchObject({ status: 'running', serving: [{ version, share: 100 }] })
}

describe('a deploy to Cloudflare whose daemon is killed', () => {
  it('makes one Worker when it dies during the first upload, and opens it when it has been tried', async () => {
    await killDuring('PUT', '/workers/scripts/shelf')
    await isUp(1)
    expect([...cloudflare.account.scripts.keys()]).toEqual(['shelf'])
    expect(await says()).toMatch(/^1\.0\./)
  })

  it('keeps what runs when it dies before the new version gets its requests, and goes on then', async () => {
    await change('two')
    const before = await says()
    await killDuring('POST', '/deployments')
    await isUp(2)
    expect(await says()).not.toBe(before)
    expect([...cloudflare.account.scripts.keys()]).toEqual(['shelf'])
  })
})
