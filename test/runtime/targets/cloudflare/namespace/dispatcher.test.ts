import { afterEach, describe, expect, it, vi } from 'vitest'
import dispatcher, { type DispatcherBindings } from '../../../../../runtime/targets/cloudflare/platform/dispatcher.ts'
import outbound from '../../../../../runtime/targets/cloudflare/platform/outbound.ts'
import type { TenantEntry } from '../../../../../runtime/targets/cloudflare/platform/tenant-entry.ts'

const HOST = 'https://mcp-servers-dispatcher.acme.workers.dev'
const serving = { script: 'desk--1', hosts: ['api.example.com'], limits: { cpuMs: 50, subRequests: 20 } }
const trial = { ...serving, script: 'desk--2' }
const entries: Readonly<Record<string, TenantEntry>> = {
  'server:desk': { owner: 'mw1', serving, trial },
  'server:closed': { owner: 'mw2', trial },
  'server:own': { owner: 'mw4', serving: { ...serving, script: 'own--1', host: 'own.example.com' } },
  'server:till': { owner: 'mw3', serving: { script: 'till--1', hosts: [], limits: { cpuMs: 5 } } },
}
const directory: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, JSON.stringify(entry)])),
  'host:desk.example.com': 'desk',
  'host:own.example.com': 'own',
}

describe('the dispatcher', () => {
  it('calls the script that serves a name, within its limits, and hands its hosts to the outbound Worker', async () => {
    const calls: unknown[] = []
    const response = await ask(`${HOST}/desk/mcp?page=2`, { calls })
    expect(await response.text()).toBe(`${HOST}/mcp?page=2`)
    const options = { limits: serving.limits, outbound: { EGRESS: { hosts: ['api.example.com'] } } }
    expect(calls).toEqual([['desk--1', {}, options]])
  })

  it('gives each server its own limits', async () => {
    const calls: unknown[][] = []
    await ask(`${HOST}/desk/mcp`, { calls })
    await ask(`${HOST}/till/mcp`, { calls })
    expect(calls.map(([script, , options]) => [script, (options as { limits: unknown }).limits])).toEqual([
      ['desk--1', { cpuMs: 50, subRequests: 20 }],
      ['till--1', { cpuMs: 5 }],
    ])
  })

  it('leads a host of its own to its server, with the path as it is', async () => {
    expect(await (await ask('https://desk.example.com/mcp')).text()).toBe('https://desk.example.com/mcp')
    expect((await ask('https://other.example.com/mcp')).status).toBe(404)
  })

  it('finds a server by the metadata about it, which lies before its path', async () => {
    const kinds = ['oauth-protected-resource', 'oauth-authorization-server']
    for (const kind of kinds) {
      const found = await ask(`${HOST}/.well-known/${kind}/desk/mcp`)
      expect(await found.text()).toBe(`${HOST}/.well-known/${kind}/mcp`)
    }
    expect(await (await ask(`${HOST}/.well-known/${kinds[1]}/desk`)).text()).toBe(`${HOST}/.well-known/${kinds[1]}`)
    expect((await ask(`${HOST}/.well-known/oauth-protected-resource`)).status).toBe(404)
    expect((await ask(`${HOST}/.well-known/openid-configuration/desk`)).status).toBe(404)
    const own = 'https://own.example.com/.well-known/oauth-protected-resource/mcp'
    expect(await (await ask(own)).text()).toBe(own)
  })

  it('leads to one with a host of its own by that alone', async () => {
    expect((await ask('https://own.example.com/mcp')).status).toBe(200)
    expect((await ask(`${HOST}/own/mcp`)).status).toBe(404)
    expect((await ask(`${HOST}/.well-known/oauth-protected-resource/own/mcp`)).status).toBe(404)
  })

  it('leads whoever brings a credential of verification to the trial, and tells nobody else of it', async () => {
    const calls: unknown[][] = []
    const tried = await ask(`${HOST}/desk/health`, { calls, headers: { 'mcp-verification': 'any' } })
    expect(calls[0]?.[0]).toBe('desk--2')
    expect(tried.headers.get('mcp-script')).toBe('desk--2')
    expect((await ask(`${HOST}/desk/health`)).headers.get('mcp-script')).toBe(null)
  })

  it('answers a name that is not there, one that is not open yet, and a script that is gone, with the same words', async () => {
    const answers = [
      await ask(`${HOST}/unknown/mcp`),
      await ask(`${HOST}/closed/mcp`),
      await ask(`${HOST}/desk/mcp`, { fails: new Error('Worker not found.') }),
      await ask(`${HOST}/`),
      await ask(`${HOST}/server:desk/mcp`),
    ]
    const told = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]))
    expect(new Set(told.map(String)).size).toBe(1)
    expect(told[0]?.[0]).toBe(404)
  })

  it.each([
    ['Worker exceeded CPU time limit.', 429],
    ['Too many subrequests by single Worker invocation.', 429],
    ['the database says: secret-4711', 503],
  ])('tells a failure "%s" as an error of JSON-RPC, and none of its words', async (words, status) => {
    const response = await ask(`${HOST}/desk/mcp`, { fails: new Error(words) })
    const text = await response.text()
    expect([response.status, JSON.parse(text)]).toMatchObject([status, { jsonrpc: '2.0', error: { code: -32_000 } }])
    expect(text).not.toContain(words)
  })
})

describe('the outbound Worker', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('lets through what is on the list of the call, port included', async () => {
    vi.stubGlobal('fetch', async (request: Request) => new Response(request.url))
    const env = { EGRESS: { hosts: ['api.example.com', 'api.example.com:8443'] } }
    const send = (url: string) => outbound.fetch(new Request(url), env)
    expect((await send('https://api.example.com/a')).status).toBe(200)
    expect((await send('https://api.example.com:8443/a')).status).toBe(200)
    expect((await send('https://api.example.com:9443/a')).status).toBe(403)
    expect((await send('https://api.example.com.evil.test/a')).status).toBe(403)
    expect((await outbound.fetch(new Request('https://api.example.com/a'), {})).status).toBe(403)
  })
})

interface Asked {
  readonly calls?: unknown[]
  readonly fails?: Error
  readonly headers?: Readonly<Record<string, string>>
}

/** The script answers with the address that it was asked at. */
function ask(address: string, { calls = [], fails, headers = {} }: Asked = {}): Promise<Response> {
  const env: DispatcherBindings = {
    TENANTS: { get: async (key) => directory[key] ?? null },
    DISPATCHER: {
      get: (...called) => {
        calls.push(called)
        return { fetch: async ({ url }) => (fails ? Promise.reject(fails) : new Response(url)) }
      },
    },
  }
  return dispatcher.fetch(new Request(address, { headers }), env)
}
