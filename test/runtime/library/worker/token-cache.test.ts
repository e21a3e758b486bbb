import { afterEach, describe, expect, it, vi } from 'vitest'
import { tokenCache } from '../../../../runtime/library/worker/token-cache.ts'
import type { Credential } from '../../../../runtime/library/http-call.ts'
import { granted, startOAuthServer } from '../oauth-server.ts'

const NOW_MS = 1_000_000
const clock = { now: () => NOW_MS, wait: async () => {} }

interface KeptText {
  readonly text: string
  readonly expirationTtl: number
}

type Entry = [name: string, kept: KeptText]

/** KV as far as it goes here. */
function namespace() {
  const kept = new Map<string, KeptText>()
  return {
    kept,
    get: async (name: string) => kept.get(name)?.text ?? null,
    put: async (name: string, text: string, { expirationTtl }: { readonly expirationTtl: number }) =>
      void kept.set(name, { text, expirationTtl }),
    delete: async (name: string) => void kept.delete(name),
  }
}

describe('a cache of access tokens', () => {
  it('gives a token back to who has its secret, and shows nothing of it to who has not', async () => {
    const kv = namespace()
    const cache = tokenCache(kv, clock)
    const token = { value: 'token-of-ada', validUntilMs: NOW_MS + 600_000 }
    await cache.keep('place', 'id:secret', token)
    expect(await cache.read('place', 'id:secret')).toEqual(token)
    expect(await cache.read('place', 'id:other')).toBeUndefined()
    expect(await cache.read('other', 'id:secret')).toBeUndefined()
    const stored = JSON.stringify([...kv.kept])
    for (const shown of ['ada', 'secret', 'place', btoa('token-of-ada')]) expect(stored).not.toContain(shown)
    expect([...kv.kept.values()].map(({ expirationTtl }) => expirationTtl)).toEqual([600])
  })

  it('gives nothing for an entry that was changed, moved, or cannot be read', async () => {
    const kv = namespace()
    const cache = tokenCache(kv, clock)
    await cache.keep('a', 's', { value: 'first', validUntilMs: NOW_MS + 600_000 })
    await cache.keep('b', 's', { value: 'second', validUntilMs: NOW_MS + 600_000 })
    const [[first, kept], [second, other]] = [...kv.kept] as [Entry, Entry]
    kv.kept.set(first, other)
    kv.kept.set(second, { ...kept, text: `A${kept.text.slice(1)}` })
    expect(await cache.read('a', 's')).toBeUndefined()
    expect(await cache.read('b', 's')).toBeUndefined()
    const broken = { ...kv, get: () => Promise.reject(new Error('away')), put: () => Promise.reject(new Error('away')) }
    await tokenCache(broken, clock).keep('a', 's', { value: 'first', validUntilMs: NOW_MS + 600_000 })
    expect(await tokenCache(broken, clock).read('a', 's')).toBeUndefined()
  })

  it('keeps no token that ends soon', async () => {
    const kv = namespace()
    await tokenCache(kv, clock).keep('a', 's', { value: 'short', validUntilMs: NOW_MS + 59_000 })
    expect(kv.kept.size).toBe(0)
  })
})

describe('isolates with one cache', () => {
  afterEach(() => vi.resetModules())

  it('ask for one token together, and for another when an API does not take it', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const credential: Credential = {
      name: 'CLIENT',
      hosts: [server.host],
      purpose: 'Signs in.',
      placement: { type: 'clientCredentials', tokenUrl: `${server.origin}/token`, scopes: [] },
    }
    const context = { fetch, env: { CLIENT: 'id:secret' }, signal: new AbortController().signal, clock }
    const shared = { ...context, sharedTokens: tokenCache(namespace(), clock) }
    const [first, second, third] = [await isolate(), await isolate(), await isolate()]
    expect([...(await first.accessTokens([credential], shared)).values()]).toEqual(['token-number-1'])
    const taken = await second.accessTokens([credential], shared)
    expect([...taken.values()]).toEqual(['token-number-1'])
    await second.forgetTokens(taken)
    expect([...(await second.accessTokens([credential], shared)).values()]).toEqual(['token-number-2'])
    expect([...(await third.accessTokens([credential], shared)).values()]).toEqual(['token-number-2'])
    expect(server.asked).toHaveLength(2)
  })

  it('go on with the refresh token that another was given', async () => {
    using server = await startOAuthServer((_, count) =>
      granted(count, { refresh_token: `login-${count}`, expires_in: 100 }),
    )
    const placement = {
      type: 'refreshToken',
      client: 'CLIENT',
      tokenUrl: `${server.origin}/token`,
      scopes: [],
    } as const
    const login = {
      name: 'LOGIN',
      hosts: [server.host],
      purpose: 'Signs in.',
      placement: { ...placement, authorizationUrl: '' },
    }
    const time = { nowMs: NOW_MS }
    const moving = { now: () => time.nowMs, wait: async () => {} }
    const env = { CLIENT: 'id:secret', LOGIN: 'login-0' }
    const context = { fetch, env, signal: new AbortController().signal, clock: moving }
    const shared = { ...context, sharedTokens: tokenCache(namespace(), moving) }
    const credentials = [login as Credential]
    await (await isolate()).accessTokens(credentials, shared)
    time.nowMs += 200_000
    await (await isolate()).accessTokens(credentials, shared)
    expect(server.asked.map(({ body }) => /refresh_token=([\w-]+)/.exec(body)?.[1])).toEqual(['login-0', 'login-1'])
  })
})

/** Another isolate each time: nothing is in memory. */
async function isolate() {
  vi.resetModules()
  return import('../../../../runtime/library/access-token.ts')
}
