import { describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { importDescription, operationNamed } from '../../generators/importers/read-fixture.ts'
import { granted, type OAuthServer, startOAuthServer } from './oauth-server.ts'
import { contextWith, stillClock } from './wire.ts'

let logins = 0

async function importedApi({ host, origin }: Pick<OAuthServer, 'host' | 'origin'>, flow: object = {}) {
  const authorizationCode = {
    authorizationUrl: 'https://login.example/authorize',
    tokenUrl: `${origin}/token`,
    scopes: { read: 'reads', write: 'writes' },
    ...flow,
  }
  const api = await importDescription({
    servers: [{ url: `http://${host}` }],
    components: { securitySchemes: { login: { type: 'oauth2', flows: { authorizationCode } } } },
    paths: { '/a': { get: { operationId: 'get_a', security: [{ login: ['read'] }], responses: {} } } },
  })
  const clock = stillClock(1_000)
  const own = { TEST_CLIENT: 'client-1:its-secret', TEST_REFRESH: `login-${++logins}/+` }
  const call = (more = {}, env: Record<string, string> = own) =>
    callOperation(operationNamed(api, 'get_a'), {}, contextWith({ env, clock, credentials: api.credentials, ...more }))
  return { api, call, clock, login: own.TEST_REFRESH }
}

describe('a login with the flow authorizationCode', () => {
  it('is written down with all that a login page needs', async () => {
    const { api } = await importedApi(
      { host: 'api.example.com', origin: 'https://login.example' },
      { refreshUrl: 'https://refresh.example/again' },
    )
    expect(operationNamed(api, 'get_a').call.security).toEqual([['TEST_TOKEN'], ['TEST_CLIENT', 'TEST_REFRESH']])
    expect(api.credentials).toMatchObject([
      { name: 'TEST_CLIENT', placement: { type: 'client' } },
      {
        name: 'TEST_REFRESH',
        hosts: ['api.example.com', 'login.example', 'refresh.example'],
        placement: {
          type: 'refreshToken',
          client: 'TEST_CLIENT',
          authorizationUrl: 'https://login.example/authorize',
          tokenUrl: 'https://login.example/token',
          refreshUrl: 'https://refresh.example/again',
          scopes: ['read'],
        },
      },
      { name: 'TEST_TOKEN' },
    ])
  })

  it('is read from the flow accessCode of Swagger 2.0 too', async () => {
    const api = await importDescription({
      openapi: undefined,
      swagger: '2.0',
      host: 'api.example.com',
      schemes: ['https'],
      security: [{ login: ['read'] }],
      securityDefinitions: {
        login: {
          type: 'oauth2',
          flow: 'accessCode',
          authorizationUrl: 'https://login.example/authorize',
          tokenUrl: 'https://login.example/token',
          scopes: { read: 'reads' },
        },
      },
      paths: { '/a': { get: { operationId: 'get_a', responses: {} } } },
    })
    expect(api.credentials.map(({ placement }) => placement)).toContainEqual({
      type: 'refreshToken',
      client: 'TEST_CLIENT',
      authorizationUrl: 'https://login.example/authorize',
      tokenUrl: 'https://login.example/token',
      scopes: ['read'],
    })
  })

  it('exchanges its refresh token for access tokens, and renews them', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const { call, clock, login } = await importedApi(server)
    await Promise.all([call(), call()])
    clock.waits.push(3_600_000)
    await call()
    const body = `grant_type=refresh_token&refresh_token=${encodeURIComponent(login)}`
    const asked = { path: '/token', basic: 'client-1:its-secret', body }
    expect(server.asked).toEqual([asked, asked])
    expect(server.called).toEqual([
      'GET Bearer token-number-1',
      'GET Bearer token-number-1',
      'GET Bearer token-number-2',
    ])
  })

  it('goes on with the newest refresh token, and hands it to the host', async () => {
    using server = await startOAuthServer((_, count) => granted(count, { refresh_token: `rotated-${count}` }))
    const { call, clock } = await importedApi(server)
    const saved: string[] = []
    const saveCredential = async (name: string, value: string) => void saved.push(`${name} ${value}`)
    await call({ saveCredential })
    clock.waits.push(3_600_000)
    await call({ saveCredential })
    expect(saved).toEqual(['TEST_REFRESH rotated-1', 'TEST_REFRESH rotated-2'])
    expect(server.asked[1]?.body).toBe('grant_type=refresh_token&refresh_token=rotated-1')
  })

  it('goes on with it when the host cannot keep it', async () => {
    using server = await startOAuthServer((_, count) => granted(count, { refresh_token: `rotated-${count}` }))
    const { call, clock } = await importedApi(server)
    const result = await call({ saveCredential: () => Promise.reject(new Error('the disk is full')) })
    expect(result.isError).toBeUndefined()
    clock.waits.push(3_600_000)
    await call()
    expect(server.asked[1]?.body).toBe('grant_type=refresh_token&refresh_token=rotated-1')
  })

  it('sends a client without a secret in the form, by its id alone', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const { call } = await importedApi(server)
    await call({}, { TEST_CLIENT: 'public-client:', TEST_REFRESH: 'login-of-a-public-client' })
    expect(server.asked).toEqual([
      {
        path: '/token',
        basic: '',
        body: 'grant_type=refresh_token&refresh_token=login-of-a-public-client&client_id=public-client',
      },
    ])
  })

  it('uses the address for renewals where there is one', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const { call } = await importedApi(server, { refreshUrl: `${server.origin}/token/again` })
    await call()
    expect(server.asked.map(({ path }) => path)).toEqual(['/token/again'])
  })

  it('that has ended is told with what to do', async () => {
    using server = await startOAuthServer(() => ({ status: 400, body: { error: 'invalid_grant' } }))
    const { call } = await importedApi(server)
    const result = await call()
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/for TEST_REFRESH: 400, invalid_grant.*log in again/) }],
    })
    expect(server.called).toEqual([])
  })

  it('needs both its client and its refresh token', async () => {
    using server = await startOAuthServer((_, count) => granted(count))
    const { call } = await importedApi(server)
    const result = await call({}, { TEST_REFRESH: 'alone' })
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('together with') }] })
  })
})
