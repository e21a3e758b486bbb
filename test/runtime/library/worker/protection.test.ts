import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { WorkerBindings } from '../../../../runtime/library/worker/bindings.ts'
import { createWorker } from '../../../../runtime/library/worker/create-worker.ts'
import { deskServer, mcpRequest } from './desk-parts.ts'

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** A new isolate each time. */
function ask(env: WorkerBindings, request: Request): Promise<Response> {
  return createWorker(deskServer).worker.fetch(request, env)
}

describe('a Worker with API keys', () => {
  it('takes both keys while one takes the place of the other', async () => {
    const env = { MCP_KEY_HASHES: `${hashOf('old')}, ${hashOf('new').toUpperCase()}` }
    for (const key of ['old', 'new']) expect((await ask(env, mcpRequest(undefined, bearer(key)))).status).toBe(200)
    for (const key of ['other', hashOf('old')])
      expect((await ask(env, mcpRequest(undefined, bearer(key)))).status).toBe(401)
    expect((await ask(env, mcpRequest())).status).toBe(401)
  })

  it('takes the key that was set by hand', async () => {
    expect((await ask({ MCP_TOKEN: 'mine' }, mcpRequest(undefined, bearer('mine')))).status).toBe(200)
  })

  it.each<[string, WorkerBindings, string]>([
    ['no key', {}, 'wrangler secret put MCP_TOKEN'],
    ['an empty key', { MCP_TOKEN: '', MCP_KEY_HASHES: '' }, 'wrangler secret put MCP_TOKEN'],
    ['hashes that are none', { MCP_KEY_HASHES: 'abc' }, 'MCP_KEY_HASHES holds what is no SHA-256'],
    [
      'a short key for its seal',
      { MCP_TOKEN: 'mine', REQUEST_STATE_KEY: 'short' },
      'REQUEST_STATE_KEY has 5 characters',
    ],
    ['another protection', { MCP_PROTECTION: 'password' as 'none' }, 'MCP_PROTECTION is "password"'],
    ['OAuth without an issuer', { MCP_PROTECTION: 'oauth' }, 'MCP_ISSUER'],
    [
      'scopes that are no JSON',
      { MCP_PROTECTION: 'oauth', MCP_ISSUER: 'https://a.example', MCP_SCOPES: '[' },
      'MCP_SCOPES',
    ],
    [
      'a login where others share its origin',
      {
        MCP_PROTECTION: 'login',
        MCP_MOUNT: '/desk',
      },
      'Logins need an origin of their own',
    ],
  ])('is closed with %s, says how to open it, and stays healthy', async (_, env, message) => {
    const answer = await ask(env, mcpRequest(undefined, bearer('mine')))
    expect([answer.status, await answer.json()]).toEqual([503, { error: expect.stringContaining(message) }])
    expect((await ask(env, new Request('https://desk.example/health'))).status).toBe(200)
  })

  it('does what is due all the same', async () => {
    const ran: string[] = []
    const tools = { ...deskServer.code.tools, look: () => ran.push('look') }
    const { worker } = createWorker({ ...deskServer, code: { ...deskServer.code, tools }, tick: 'look' })
    await worker.scheduled({}, {})
    expect(ran).toEqual(['look'])
  })

  it('is open to all where it says so', async () => {
    expect((await ask({ MCP_PROTECTION: 'none' }, mcpRequest('look'))).status).toBe(200)
  })
})

describe('a version that is being tried', () => {
  const env = { MCP_VERIFICATION_HASH: hashOf('once'), MCP_KEY_HASHES: hashOf('key') }

  it('answers its verifier, without a key, and nobody else', async () => {
    expect((await ask(env, mcpRequest('look', { 'mcp-verification': 'once' }))).status).toBe(200)
    for (const headers of [{}, bearer('key'), { 'mcp-verification': 'twice' }]) {
      expect((await ask(env, mcpRequest('look', headers))).status).toBe(503)
    }
    expect((await ask(env, new Request('https://desk.example/health'))).status).toBe(503)
  })

  it('is an ordinary one with an empty hash', async () => {
    const opened = { ...env, MCP_VERIFICATION_HASH: '' }
    expect((await ask(opened, mcpRequest('look', bearer('key')))).status).toBe(200)
    expect((await ask(opened, mcpRequest('look', { 'mcp-verification': '' }))).status).toBe(401)
  })
})

describe('a limit of requests', () => {
  it('is one caller’s own', async () => {
    const left = new Map<string, number>()
    const limit = async ({ key }: { readonly key: string }) => {
      left.set(key, (left.get(key) ?? 1) - 1)
      return { success: (left.get(key) ?? 0) >= 0 }
    }
    const env = { MCP_KEY_HASHES: `${hashOf('a')},${hashOf('b')}`, MCP_RATE_LIMIT: { limit } }
    expect((await ask(env, mcpRequest('look', bearer('a')))).status).toBe(200)
    const refused = await ask(env, mcpRequest('look', bearer('a')))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await ask(env, mcpRequest('look', bearer('b')))).status).toBe(200)
    expect([...left.keys()].join(' ')).not.toContain(hashOf('a'))
  })
})

describe('origins', () => {
  it('that are listed may call, and no others', async () => {
    const env = { MCP_PROTECTION: 'none', MCP_ORIGINS: 'https://app.example, https://other.example/' } as const
    for (const origin of ['https://app.example', 'https://other.example']) {
      const answer = await ask(env, mcpRequest('look', { origin }))
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin])
      expect(answer.headers.get('vary')).toContain('origin')
    }
    const refused = await ask(env, mcpRequest('look', { origin: 'https://app.example.evil.example' }))
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null])
    expect((await ask(env, mcpRequest('look'))).status).toBe(200)
  })
})
