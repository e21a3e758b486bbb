import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { importDescription, operationNamed } from '../../generators/importers/read-fixture.ts'
import { granted, type OAuthServer, startOAuthServer } from './oauth-server.ts'
import { contextWith, stillClock } from './wire.ts'

const CLIENT = 'client-1:secret & more'

async function importedApi({ host, origin }: Pick<OAuthServer, 'host' | 'origin'>) {
  const openIdConnectUrl = `${origin}/.well-known/openid-configuration`
  const api = await importDescription({
    servers: [{ url: `http://${host}` }],
    security: [{ login: ['read'] }],
    components: { securitySchemes: { login: { type: 'openIdConnect', openIdConnectUrl } } },
    paths: { '/a': { get: { operationId: 'get_a', responses: {} } } },
  })
  const clock = stillClock(1_000)
  const call = (env: Record<string, string> = { TEST_CLIENT: CLIENT }) =>
    callOperation(operationNamed(api, 'get_a'), {}, contextWith({ env, clock, credentials: api.credentials }))
  return { api, call, clock }
}

describe('an OpenID provider', () => {
  it('is asked for its token address at the first call, and gives tokens to a client', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const { api, call } = await importedApi(server)
    expect(operationNamed(api, 'get_a').call.security).toEqual([
      ['TEST_TOKEN'],
      ['TEST_CLIENT', 'TEST_REFRESH'],
      ['TEST_CLIENT'],
    ])
    expect(server.discovered()).toBe(0)
    await Promise.all([call(), call()])
    await call({ TEST_CLIENT: 'client-2:other' })
    expect(server.discovered()).toBe(1)
    expect(server.asked).toEqual([
      { path: '/token', basic: CLIENT, body: 'grant_type=client_credentials&scope=read' },
      { path: '/token', basic: 'client-2:other', body: 'grant_type=client_credentials&scope=read' },
    ])
    expect(server.called).toEqual([
      'GET Bearer token-number-1',
      'GET Bearer token-number-1',
      'GET Bearer token-number-2',
    ])
  })

  it('is not asked where a token of one’s own is set', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const { call } = await importedApi(server)
    await call({ TEST_TOKEN: 'my-own-token' })
    expect([server.discovered(), server.asked.length, server.called]).toEqual([0, 0, ['GET Bearer my-own-token']])
  })

  it('is asked again after an hour', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const { call, clock } = await importedApi(server)
    await call()
    clock.waits.push(3_600_000)
    await call()
    expect(server.discovered()).toBe(2)
  })

  it('gets the client in the form where it takes it only there', async () => {
    using server = await startOAuthServer(
      (_, count) => granted(count),
      () => ({ token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'] }),
    )
    await (await importedApi(server)).call()
    expect(server.asked).toEqual([
      {
        path: '/token',
        basic: '',
        body: 'grant_type=client_credentials&scope=read&client_id=client-1&client_secret=secret+%26+more',
      },
    ])
  })

  it('gets the client in the form after it did not know it by Basic, and from then on', async () => {
    using server = await startOAuthServer(({ basic }, count) =>
      basic ? { status: 401, body: { error: 'invalid_client' } } : granted(count),
    )
    const { call, clock } = await importedApi(server)
    expect((await call()).isError).toBeUndefined()
    clock.waits.push(3_600_000)
    await call()
    expect(server.asked.map(({ basic }) => basic !== '')).toEqual([true, false, false])
  })

  it('is told once when it knows the client in neither way', async () => {
    using server = await startOAuthServer(({ basic }) => ({
      status: basic ? 401 : 400,
      body: { error: basic ? 'invalid_client' : 'invalid_request' },
    }))
    const result = await (await importedApi(server)).call()
    expect(result.content).toEqual([
      { type: 'text', text: expect.stringContaining('gave no access token for TEST_CLIENT: 401, invalid_client.') },
    ])
    expect(server.asked).toHaveLength(2)
  })

  it.each([
    ['another issuer', () => ({ issuer: 'https://evil.example' }), 'is the metadata of another issuer, "https://evil'],
    ['no issuer', () => ({ issuer: undefined }), 'is the metadata of another issuer'],
    ['no token address', () => ({ token_endpoint: undefined }), 'names no https token_endpoint'],
    ['an unencrypted one', () => ({ token_endpoint: 'http://login.example/token' }), 'names no https token_endpoint'],
    ['a host of its own choice', () => ({ token_endpoint: 'https://evil.example/token' }), 'may only be sent to 127.'],
  ])('gets nothing when it names %s', async (_, metadata, fault) => {
    using server = await startOAuthServer((_asked, count) => granted(count), metadata)
    const result = await (await importedApi(server)).call()
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining(fault) }] })
    expect([server.asked, server.called]).toEqual([[], []])
  })

  it('may write its issuer with a slash at the end', async () => {
    using server = await startOAuthServer(
      (_, count) => granted(count),
      (origin) => ({ issuer: `${origin}/` }),
    )
    expect((await (await importedApi(server)).call()).isError).toBeUndefined()
  })

  it('that does not answer is told, and asked again at the next call', async () => {
    const server = await startOAuthServer((_, count) => granted(count))
    const { call } = await importedApi(server)
    server[Symbol.dispose]()
    const result = await call()
    expect(result.content).toEqual([{ type: 'text', text: expect.stringContaining('gave no metadata') }])
  })
})
