import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from '../../src/config/scratch.ts'
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
})

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

/**
 * Kills the daemon while this request is at Cloudflare, which does what was asked only when the daemon is dead.
 * @returns the folders that runs of wrangler have left
 */
async function killDuring(method: string, place: string): Promise<string[]> {
  const before = readDaemonRecord(home.folder)
  const { promise: release, resolve } = Promise.withResolvers<void>()
  const seen = cloudflare.requests.length
  cloudflare.fail({ method, path: place, kind: { name: 'slow', release } })
  const deploying = deploy().catch(() => undefined)
  const isThere = () =>
    cloudflare.requests.slice(seen).some((request) => request.method === method && request.path.includes(place))
  await expect.poll(isThere, { timeout: 30_000, interval: 20 }).toBe(true)
  process.kill(before?.pid ?? 0, 'SIGKILL')
  const left = readdirSync(scratchFolder(home.folder)).map((name) => path.join(scratchFolder(home.folder), name))
  resolve()
  await deploying
  return left
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

// Two daemons, and a wait of up to 40 seconds for the second, do not fit into a usual test.
describe('a deploy to Cloudflare whose daemon is killed', { timeout: 120_000 }, () => {
  it('makes one Worker when it dies during the first upload, opens it when it has been tried, and leaves no secrets here', async () => {
    const left = await killDuring('PUT', '/workers/scripts/shelf')
    expect(left.map((folder) => existsSync(path.join(folder, 'secrets.json')))).toContain(true)
    await isUp(1)
    expect(left.filter((folder) => existsSync(folder))).toEqual([])
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
