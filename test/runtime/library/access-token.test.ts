import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { importDescription, operationNamed } from '../../generators/importers/read-fixture.ts'
import { contextWith, stillClock } from './wire.ts'

/** A token server at /token and an API beside it. */
let asked: string[] = []
let called: (string | undefined)[] = []
let life: object = { expires_in: 3600 }
let refuse: string | undefined
let forgotten = new Set<string>()
let host = ''
const server = createServer((request, response) => {
  void text(request).then((body) => {
    const authorization = request.headers.authorization ?? ''
    response.setHeader('content-type', 'application/json')
    if (request.url === '/token') {
      asked.push(`${Buffer.from(authorization.slice(6), 'base64').toString()} ${body}`)
      const error = refuse === 'invalid_scope' && !body.includes('scope=') ? undefined : refuse
      if (error) response.writeHead(400).end(JSON.stringify({ error }))
      else response.end(JSON.stringify({ access_token: `token-number-${asked.length}`, token_type: 'bearer', ...life }))
      return
    }
    called.push(`${request.method} ${authorization}`)
    const isRefused = forgotten.has(authorization)
    response.writeHead(isRefused ? 401 : 200).end(JSON.stringify({ seen: authorization }))
  })
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())
beforeEach(() => {
  asked = []
  called = []
  life = { expires_in: 3600 }
  refuse = undefined
  forgotten = new Set()
})

/** A client of its own for each test, since tokens are kept. */
let clients = 0

async function importedApi() {
  const flows = { clientCredentials: { tokenUrl: `http://${host}/token`, scopes: { 'read:all': 'reads' } } }
  const api = await importDescription({
    servers: [{ url: `http://${host}` }],
    security: [{ login: ['read:all'] }],
    components: { securitySchemes: { login: { type: 'oauth2', flows } } },
    paths: { '/a': { get: { operationId: 'get_a', responses: {} }, post: { operationId: 'add_a', responses: {} } } },
  })
  const env = { TEST_CLIENT: `client${++clients}:secret-of-it` }
  const clock = stillClock(1_000)
  const call = (name = 'get_a', more = {}) =>
    callOperation(operationNamed(api, name), {}, contextWith({ env, clock, credentials: api.credentials, ...more }))
  return { api, call, clock, env }
}

describe('an OAuth client (client credentials)', () => {
  it('is offered beside a token of one’s own, bound to the API and the token server', async () => {
    const { api } = await importedApi()
    expect(operationNamed(api, 'get_a').call.security).toEqual([['TEST_TOKEN'], ['TEST_CLIENT']])
    expect(api.credentials).toMatchObject([
      { name: 'TEST_CLIENT', hosts: [host], placement: { type: 'clientCredentials', scopes: ['read:all'] } },
      { name: 'TEST_TOKEN', placement: { type: 'bearer' } },
    ])
  })

  it('gets a token once, and sends it while it is valid', async () => {
    const { call, clock, env } = await importedApi()
    await Promise.all([call(), call()])
    await call('add_a')
    expect(asked).toEqual([`${env.TEST_CLIENT} grant_type=client_credentials&scope=read%3Aall`])
    expect(new Set(called)).toEqual(new Set(['GET Bearer token-number-1', 'POST Bearer token-number-1']))
    clock.waits.push(3_580_000)
    await call()
    expect(asked).toHaveLength(2)
    expect(called.at(-1)).toBe('GET Bearer token-number-2')
  })

  it('gets another when the API does not take it any more, also for a call that writes', async () => {
    const { call } = await importedApi()
    await call()
    forgotten.add('Bearer token-number-1')
    const result = await call('add_a')
    expect(result.isError).toBeUndefined()
    expect(called.slice(1)).toEqual(['POST Bearer token-number-1', 'POST Bearer token-number-2'])
  })

  it('asks once more without scopes when the client may not have those', async () => {
    const { call } = await importedApi()
    refuse = 'invalid_scope'
    await call()
    expect(asked[1]).toMatch(/ grant_type=client_credentials$/)
    expect(called).toEqual(['GET Bearer token-number-2'])
  })

  it('tells what the token server said, calls nothing, and asks again the next time', async () => {
    const { call } = await importedApi()
    refuse = 'invalid_client'
    const result = await call()
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining(`${host} gave no access token for TEST_CLIENT: 400, invalid_client`) }],
    })
    expect(called).toEqual([])
    refuse = undefined
    expect((await call()).isError).toBeUndefined()
  })

  it('lets neither the token nor the client into an answer', async () => {
    const { call } = await importedApi()
    expect((await call()).content).toEqual([{ type: 'text', text: '{"seen":"Bearer [TEST_CLIENT]"}' }])
  })

  it('is not used where a token is set', async () => {
    const { call } = await importedApi()
    await call('get_a', { env: { TEST_TOKEN: 'my-own-token' } })
    expect(asked).toEqual([])
    expect(called).toEqual(['GET Bearer my-own-token'])
  })

  it('is not offered when its secret would travel unencrypted', async () => {
    const flows = { clientCredentials: { tokenUrl: 'http://login.example/token', scopes: {} } }
    const api = await importDescription({
      security: [{ login: [] }],
      components: { securitySchemes: { login: { type: 'oauth2', flows } } },
      paths: { '/a': { get: { operationId: 'get_a', responses: {} } } },
    })
    expect(api.credentials.map(({ name }) => name)).toEqual(['TEST_TOKEN'])
  })
})
