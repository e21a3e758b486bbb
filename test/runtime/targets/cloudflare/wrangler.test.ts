import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../../../runtime/library/clock.ts'
import {
  createWrangler,
  type WranglerOptions,
} from '../../../../runtime/targets/cloudflare/wrangler/create-wrangler.ts'
import { findWrangler } from '../../../../runtime/targets/cloudflare/wrangler/find-wrangler.ts'
import { splitJson } from '../../../../runtime/targets/cloudflare/tail/split-json.ts'
import { traceLines } from '../../../../runtime/targets/cloudflare/tail/trace-lines.ts'
import type { CloudflareAccess, WorkerUpload } from '../../../../runtime/targets/cloudflare/wrangler/wrangler.ts'
import { type Cloudflare, startCloudflare } from '../../../fixtures/cloudflare/start-cloudflare.ts'

const KEY = 'key-that-nobody-may-read-5b1f'

let cloudflare: Cloudflare
let temporary: string
/** Milliseconds of the waits that were asked for; nothing really waits. */
let waited: number[]

beforeAll(async () => {
  temporary = mkdtempSync(path.join(os.tmpdir(), 'mcpwright-test-'))
  cloudflare = await startCloudflare({ accounts: [{ plan: 'paid' }, { name: 'Free' }] })
})
afterAll(async () => {
  await cloudflare[Symbol.asyncDispose]()
  rmSync(temporary, { recursive: true })
})

beforeEach(() => {
  waited = []
})
afterEach(() => cloudflare.clearFaults())

describe('wrangler, as mcpwright runs it', () => {
  it('makes a Worker of several modules, with its variables and secrets, and adds a version without traffic', async () => {
    const first = await wrangler().deploy(uploadOf('books'), access(), signal())
    const script = cloudflare.account.scripts.get('books')
    expect(script?.versions[0]).toMatchObject({ id: first.versionId, annotations: { 'workers/tag': 'mw-1' } })
    expect(await answerOf('books')).toEqual({ chunk: 1, lazy: 2, greeting: 'hello', key: KEY })

    const second = await wrangler().uploadVersion(uploadOf('books', { greeting: 'good day' }), access(), signal())
    expect(script?.versions.map(({ id }) => id)).toEqual([first.versionId, second.versionId])
    expect(await answerOf('books')).toMatchObject({ greeting: 'hello' })
    expect(script?.settings.observability).toEqual({ enabled: true })
  })

  it('hands on the limits of each call, which the free plan refuses', async () => {
    const upload = uploadOf('books')
    const limited = { ...upload, config: { ...upload.config, limits: { cpu_ms: 50, subrequests: 20 } } }
    const free = { ...access(), accountId: cloudflare.accounts[1]?.id ?? '' }
    const failure = await failureOf(wrangler().deploy(limited, free, signal()))
    expect(failure).toMatchObject({ code: 'TARGET_REFUSED', message: expect.stringContaining('(100328)') })
    await wrangler().uploadVersion(limited, access(), signal())
    const version = cloudflare.account.scripts.get('books')?.versions.at(-1)
    expect(version?.limits).toEqual({ cpu_ms: 50, subrequests: 20 })
  })

  it("tells the Worker's own error when it does not start, without secrets", async () => {
    const upload = uploadOf('books')
    const broken = { ...upload, modules: { 'worker.mjs': 'export default {}\nthrow new TypeError("no ' + KEY + '")' } }
    const failure = await failureOf(wrangler().uploadVersion(broken, access(), signal()))
    expect(failure.code).toBe('TARGET_REFUSED')
    expect(failure.message).toMatch(/Uncaught TypeError: no \*\*\*[^]*worker\.mjs:2.*\(10021\)/)
  })

  it('comes back after a gateway that fails', async () => {
    cloudflare.fail({ path: '/services/', kind: { name: 'status', status: 502, text: '<html>Bad gateway</html>' } })
    await wrangler().uploadVersion(uploadOf('books'), access(), signal())
    expect(waited).toEqual([2000])
  })

  it('makes one Worker when the connection is cut in mid-upload', async () => {
    cloudflare.fail({ method: 'PUT', path: '/scripts/cut', kind: { name: 'cut-before' } })
    const { versionId } = await wrangler().deploy(uploadOf('cut'), access(), signal())
    expect(cloudflare.account.scripts.get('cut')?.versions.map(({ id }) => id)).toEqual([versionId])
  })

  it('ends a run that hangs', async () => {
    cloudflare.fail({ method: 'POST', path: '/versions', kind: { name: 'hang' } })
    const impatient = wrangler({ timeoutMs: 1500, waitsMs: [] })
    const failure = await failureOf(impatient.uploadVersion(uploadOf('books'), access(), signal()))
    expect(failure).toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: expect.stringContaining('did not end in time'),
    })
  })

  it('ends at an abort, in the middle of an upload', async () => {
    const controller = new AbortController()
    const { promise: release, resolve } = Promise.withResolvers<void>()
    cloudflare.fail({ method: 'POST', path: '/versions', kind: { name: 'slow', release } })
    const running = failureOf(wrangler().uploadVersion(uploadOf('books'), access(), controller.signal))
    await expect.poll(() => cloudflare.requests.at(-1)?.path, { timeout: 10_000 }).toMatch(/\/versions$/)
    controller.abort(new Error('the person changed their mind'))
    expect(await running).toMatchObject({ message: 'the person changed their mind' })
    resolve()
  })

  it('hears live what a Worker does, until it is told to stop', async () => {
    const upload = { ...uploadOf('talks'), modules: { 'worker.mjs': TALKS } }
    await wrangler().deploy(upload, access(), signal())
    const lines: string[] = []
    const take = splitJson((text) => lines.push(...traceLines(text).map(({ level, message }) => `${level} ${message}`)))
    const tail = await wrangler().tail('talks', access(), take)
    try {
      const address = `https://talks.${cloudflare.account.subdomain}.workers.dev/say`
      const heard = async () => {
        await (await cloudflare.fetch(address)).text()
        return lines
      }
      await expect.poll(heard, { timeout: 20_000, interval: 200 }).toContain('error {"bad":true} "quoted" }')
      expect(lines).toContainEqual(expect.stringMatching(/^info GET \/say 200 \(\d+ ms\)$/))
      expect(lines).toContain('info hello 1')
    } finally {
      await tail.close()
    }
    await expect(tail.ended).resolves.toBeUndefined()
  })

  it('refuses a configuration that would run programs or read files here, or lead to other things of the account', async () => {
    const upload = uploadOf('books')
    const harmful = {
      ...upload,
      config: {
        ...upload.config,
        build: { command: 'touch /tmp/x' },
        assets: { directory: '/' },
        unsafe: { metadata: {} },
        services: [{ binding: 'BANK', service: 'another-worker' }],
        r2_buckets: [{ binding: 'FILES', bucket_name: 'private' }],
      },
    }
    const failure = await failureOf(wrangler().deploy(harmful, access(), signal()))
    expect(failure).toMatchObject({
      code: 'TARGET_REFUSED',
      message: expect.stringContaining('"build", "assets", "unsafe", "services", "r2_buckets"'),
    })
  })

  it('leaves nothing behind, however a run ended', () => {
    expect(cloudflare.requests.length).toBeGreaterThan(20)
    expect(readdirSync(path.join(temporary, 'scratch'))).toEqual([])
  })
})

const TALKS = `export default { async fetch() {
  console.log('hello', 1)
  console.error({ bad: true }, '"quoted" }')
  return new Response('said')
} }`

function wrangler(options: Partial<WranglerOptions> = {}) {
  const clock: Clock = { now: () => Date.now(), wait: async (ms) => void waited.push(ms) }
  const registry = { searchPath: '', home: '', network: {} }
  return createWrangler({
    findProgram: (abort) => findWrangler({ wranglers: '', registry }, abort),
    scratch: path.join(temporary, 'scratch'),
    compiledFolder: path.join(temporary, 'compiled'),
    clock,
    ...options,
  })
}

function access(): CloudflareAccess {
  return { apiBaseUrl: cloudflare.apiBaseUrl, token: cloudflare.token, accountId: cloudflare.account.id }
}

function signal(): AbortSignal {
  return new AbortController().signal
}

function uploadOf(name: string, vars: Readonly<Record<string, string>> = { greeting: 'hello' }): WorkerUpload {
  const worker = `import { chunk } from './chunk-A1.mjs'
export default {
  async fetch(request, env) {
    const { lazy } = await import('./lazy-B2.mjs')
    return Response.json({ chunk, lazy, greeting: env.greeting, key: env.API_KEY })
  },
}`
  return {
    config: { name, compatibility_date: '2026-09-01', vars, observability: { enabled: true }, workers_dev: true },
    modules: { 'worker.mjs': worker, 'chunk-A1.mjs': 'export const chunk = 1', 'lazy-B2.mjs': 'export const lazy = 2' },
    secrets: { API_KEY: KEY },
    tag: 'mw-1',
    message: 'version 1',
  }
}

async function answerOf(name: string): Promise<unknown> {
  return (await cloudflare.fetch(`https://${name}.acme.workers.dev/`)).json()
}

async function failureOf(running: Promise<unknown>): Promise<{ code?: string; message: string; fix?: string }> {
  try {
    await running
  } catch (error) {
    return error as { code?: string; message: string; fix?: string }
  }
  throw new Error('It went well.')
}
