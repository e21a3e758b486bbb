import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrangler } from '../../../../runtime/targets/cloudflare/wrangler/create-wrangler.ts'
import { fetchPackages } from '../../../../runtime/targets/cloudflare/wrangler/fetch-packages.ts'
import type { NetworkSettings } from '../../../../runtime/targets/cloudflare/wrangler/wrangler-environment.ts'
import type { WorkerUpload } from '../../../../runtime/targets/cloudflare/wrangler/wrangler.ts'
import lock from '../../../../runtime/targets/cloudflare/wrangler/wrangler-lock.json' with { type: 'json' }
import { startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'
import { listen } from '../../../fixtures/cloudflare/listen.ts'

const searchPath = process.env['PATH'] ?? ''
let cache: string

beforeAll(() => {
  cache = mkdtempSync(path.join(os.tmpdir(), 'mcpwright-cache-'))
})
afterAll(() => rmSync(cache, { recursive: true }))

describe('the wrangler of an installed mcpwright', () => {
  it('is fetched by the hashes of the lock file, without binaries, and uploads', { timeout: 200_000 }, async () => {
    const folder = path.join(cache, 'wrangler')
    const registry = { searchPath, home: os.homedir(), network: ownNetwork() }
    await Promise.all([1, 2].map(() => fetchPackages({ folder, lock, registry, byHand: '', signal: signal() })))
    expect(readdirSync(cache)).toEqual(['wrangler'])
    expect(readdirSync(path.join(folder, 'node_modules/@cloudflare/workerd-linux-64'))).toEqual(['bin', 'package.json'])

    await using cloudflare = await startCloudflare()
    const { apiBaseUrl, token, account } = cloudflare
    const program = path.join(folder, 'node_modules/wrangler/wrangler-dist/cli.js')
    const wrangler = createWrangler({ findProgram: async () => program, scratch: path.join(folder, 'scratch') })
    const { versionId } = await wrangler.deploy(UPLOAD, { apiBaseUrl, token, accountId: account.id }, signal())
    expect(account.scripts.get('books')?.versions.map(({ id }) => id)).toEqual([versionId])
  })

  it('tells what to do when the registry does not answer, and leaves nothing', async () => {
    const home = homeWith('http://127.0.0.1:9/')
    const registry = { searchPath, home, network: {} }
    const failure = await failureOf(
      fetchPackages({ folder: path.join(cache, 'dead'), lock, registry, byHand: 'npm install x', signal: signal() }),
    )
    expect(failure).toMatchObject({ code: 'TARGET_TOOL_MISSING', fix: expect.stringContaining('npm install x') })
    expect(failure.message).toContain('ECONNREFUSED')
    expect(readdirSync(cache).filter((name) => name.startsWith('unfinished-'))).toEqual([])
  })

  it('does not wait without end for a registry that hangs', async () => {
    const server = createServer(() => {})
    const registry = { searchPath, home: homeWith(await listen(server)), network: {}, timeoutMs: 1500 }
    const failure = await failureOf(
      fetchPackages({ folder: path.join(cache, 'slow'), lock, registry, byHand: '', signal: signal() }),
    )
    server.close().closeAllConnections()
    expect(failure).toMatchObject({
      code: 'TARGET_TOOL_MISSING',
      message: expect.stringContaining('within 1.5 seconds'),
    })
    expect(readdirSync(cache).filter((name) => name.startsWith('unfinished-'))).toEqual([])
  })

  it('says when there is no npm, and what was looked for', async () => {
    const registry = { searchPath: cache, home: cache, network: {} }
    const failure = await failureOf(
      fetchPackages({ folder: path.join(cache, 'none'), lock, registry, byHand: '', signal: signal() }),
    )
    expect(failure).toMatchObject({
      code: 'TARGET_TOOL_MISSING',
      message: expect.stringContaining(path.join(cache, 'npm')),
    })
  })
})

function signal(): AbortSignal {
  return new AbortController().signal
}

/** As this machine reaches the registry. */
function ownNetwork(): NetworkSettings {
  const { HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS } = process.env
  return { httpsProxy: HTTPS_PROXY, httpProxy: HTTP_PROXY, noProxy: NO_PROXY, caFile: NODE_EXTRA_CA_CERTS }
}

/** A person's home whose `.npmrc` names a registry, with an empty cache. */
function homeWith(registry: string): string {
  const home = mkdtempSync(path.join(cache, 'home-'))
  writeFileSync(path.join(home, '.npmrc'), `registry=${registry}\nfetch-retries=0\nupdate-notifier=false\n`)
  return home
}

const UPLOAD: WorkerUpload = {
  config: { name: 'books', compatibility_date: '2026-09-01', workers_dev: true },
  modules: { 'worker.mjs': 'export default { fetch: () => new Response() }' },
  secrets: {},
  tag: 'mw-1',
  message: 'version 1',
}

async function failureOf(running: Promise<unknown>): Promise<{ code?: string; message: string; fix?: string }> {
  try {
    await running
  } catch (error) {
    return error as { code?: string; message: string; fix?: string }
  }
  throw new Error('It went well.')
}
