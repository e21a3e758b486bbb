import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { WorkerBindings } from '../../../../runtime/library/worker/bindings.ts'
import { createWorker, type Worker } from '../../../../runtime/library/worker/create-worker.ts'
import { deskServer, mcpRequest } from './desk-parts.ts'
import { type Issuer, openIssuer } from './issuer.ts'

const AUDIENCE = 'https://desk.example/mcp'
const METADATA = 'https://desk.example/.well-known/oauth-protected-resource/mcp'
let issuer: Issuer
let env: WorkerBindings
let worker: Worker

beforeAll(async () => {
  issuer = await openIssuer(AUDIENCE)
  env = {
    MCP_PROTECTION: 'oauth',
    MCP_ISSUER: issuer.url,
    MCP_SCOPES: JSON.stringify({ '*': ['desk'], forget: ['desk:write'] }),
  }
  worker = createWorker(deskServer).worker
})
afterEach(() => {
  issuer.fail(false)
  vi.useRealTimers()
})
afterAll(() => issuer[Symbol.asyncDispose]())

async function call(claims: JWTPayload, tool = 'look'): Promise<Response> {
  return send(await issuer.token(claims), tool)
}

function send(token: string, tool = 'look', to = worker): Promise<Response> {
  return to.fetch(mcpRequest(tool, { authorization: `Bearer ${token}` }), env)
}

describe('a Worker that takes tokens of an issuer', () => {
  it('says whose tokens it takes', async () => {
    for (const path of ['', '/mcp']) {
      const answer = await worker.fetch(
        new Request(`https://desk.example/.well-known/oauth-protected-resource${path}`),
        env,
      )
      expect(await answer.json()).toEqual({
        resource: AUDIENCE,
        resource_name: 'desk',
        authorization_servers: [issuer.url],
        bearer_methods_supported: ['header'],
        scopes_supported: ['desk', 'desk:write'],
      })
    }
    const other = createWorker(deskServer).worker
    const unprotected = await other.fetch(new Request(METADATA), { MCP_TOKEN: 'key' })
    expect(unprotected.status).toBe(404)
  })

  it('names itself by its public path, where a part of that is taken away before it', async () => {
    const mounted = { ...env, MCP_MOUNT: '/shared/desk' }
    const { worker: hosted } = createWorker(deskServer)
    const refused = await hosted.fetch(mcpRequest(), mounted)
    const address = 'https://desk.example/.well-known/oauth-protected-resource/shared/desk/mcp'
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${address}"`)
    const metadata = await hosted.fetch(new Request(METADATA), mounted)
    expect(await metadata.json()).toMatchObject({ resource: 'https://desk.example/shared/desk/mcp' })
    const headers = {
      authorization: `Bearer ${await issuer.token({ aud: 'https://desk.example/shared/desk/mcp', scope: 'desk' })}`,
    }
    expect((await hosted.fetch(mcpRequest('look', headers), mounted)).status).toBe(200)
    expect((await worker.fetch(mcpRequest('look', headers), env)).status).toBe(401)
  })

  it('leads a client without a token there', async () => {
    const answer = await worker.fetch(mcpRequest(), env)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer scope="desk", resource_metadata="${METADATA}"`)
  })

  it.each<[string, JWTPayload]>([
    ['as scope', { scope: 'openid desk' }],
    ['as scp of Entra', { scp: 'desk' }],
    ['as scp of Okta', { scp: ['desk'] }],
    ['as permissions of Auth0', { permissions: ['desk'] }],
    ['for several audiences', { scope: 'desk', aud: ['https://other.example', AUDIENCE] }],
    ['that has just ended by a clock that is fast', { scope: 'desk', exp: Math.floor(Date.now() / 1_000) - 5 }],
  ])('takes a token with what it needs, %s', async (_, claims) => {
    expect((await call(claims)).status).toBe(200)
  })

  it.each<[string, JWTPayload]>([
    ['for somebody else', { aud: 'https://other.example/mcp' }],
    ['for nobody', { aud: '' }],
    ['of another issuer', { iss: 'https://other.example' }],
    ['that has ended', { exp: Math.floor(Date.now() / 1_000) - 300 }],
    ['that is not yet', { nbf: Math.floor(Date.now() / 1_000) + 300 }],
  ])('refuses a token %s', async (_, claims) => {
    const answer = await call({ scope: 'desk', ...claims })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('error="invalid_token"'),
    ])
  })

  it('refuses tokens that nobody signed, that its public key signed as a secret, and what is none', async () => {
    const claims = { iss: issuer.url, aud: AUDIENCE, scope: 'desk', sub: 'eve' }
    const unsigned = new UnsecuredJWT(claims).setExpirationTime('5m').encode()
    const secret = new TextEncoder().encode(JSON.stringify(issuer.publicKey()))
    const { kid = '' } = issuer.publicKey()
    const confused = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid })
      .setExpirationTime('5m')
      .sign(secret)
    for (const token of [unsigned, confused, 'no token', 'a.b.c', '"']) expect((await send(token)).status).toBe(401)
  })

  it('refuses a call without its scope before the tool runs, and names the scopes to ask for', async () => {
    const refused = await call({ scope: 'desk' }, 'forget')
    expect(refused.status).toBe(403)
    const challenge = refused.headers.get('www-authenticate')
    expect(challenge).toContain('error="insufficient_scope"')
    expect(challenge).toContain('scope="desk:write desk"')
    expect(challenge).toContain(`resource_metadata="${METADATA}"`)
    expect((await call({ scope: 'other' })).status).toBe(403)
    expect((await call({ scope: 'desk desk:write' }, 'forget')).status).toBe(200)
    const batch = [
      { method: 'tools/call', params: { name: 'look' } },
      { method: 'tools/call', params: { name: 'forget' } },
    ]
    const many = new Request(mcpRequest('look', { authorization: `Bearer ${await issuer.token({ scope: 'desk' })}` }), {
      method: 'POST',
      body: JSON.stringify(batch.map((each, id) => ({ jsonrpc: '2.0', id, ...each }))),
    })
    expect((await worker.fetch(many, env)).status).toBe(403)
  })

  it('takes a key that came since, and asks for it at most twice a minute', async () => {
    expect((await call({ scope: 'desk' })).status).toBe(200)
    const stale = await issuer.token({ scope: 'desk' })
    await issuer.rotate()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    expect((await call({ scope: 'desk' })).status).toBe(200)
    const asked = issuer.requests.length
    for (let times = 0; times < 5; times++) expect((await send(stale)).status).toBe(401)
    expect(issuer.requests.length).toBe(asked)
  })

  it('goes on with the keys it has while the issuer is down; without any it says so', async () => {
    const token = await issuer.token({ scope: 'desk' })
    expect((await send(token)).status).toBe(200)
    issuer.fail(true)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 3_600_000 })
    const later = await issuer.token({ scope: 'desk' })
    const asked = issuer.requests.length
    for (let times = 0; times < 3; times++) expect((await send(later)).status).toBe(200)
    // Both places of its metadata, once.
    expect(issuer.requests.length).toBe(asked + 2)
    const fresh = await send(later, 'look', createWorker(deskServer).worker)
    expect([fresh.status, fresh.headers.get('retry-after')]).toEqual([503, '10'])
  })

  it('shares the issuer’s keys between isolates', async () => {
    const kept = new Map<string, string>()
    const cache = {
      get: async (key: string) => kept.get(key) ?? null,
      put: async (key: string, value: string) => void kept.set(key, value),
      delete: async (key: string) => void kept.delete(key),
    }
    const headers = { authorization: `Bearer ${await issuer.token({ scope: 'desk' })}` }
    const ask = async () =>
      (await createWorker(deskServer).worker.fetch(mcpRequest('look', headers), { ...env, MCP_CACHE: cache })).status
    expect(await ask()).toBe(200)
    const asked = issuer.requests.length
    expect(await ask()).toBe(200)
    expect(issuer.requests.length).toBe(asked)
  })
})
