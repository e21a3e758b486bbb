import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { callOperation } from '../../../runtime/library/call-operation.ts'
import { contextWith, credentialWith, operationWith, parameterWith } from './wire.ts'

/** What really arrives, with Node's own fetch. */
interface Arrived {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

let arrived: Arrived[] = []
let baseUrl = ''
let host = ''
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    arrived.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    })
    respond(request.url ?? '', response)
  })
})

function respond(url: string, response: ServerResponse): void {
  const status = Number(/status=(\d+)/.exec(url)?.[1] ?? 200)
  const location = /to=([^&]+)/.exec(url)?.[1]
  if (location !== undefined) response.writeHead(status, { location: decodeURIComponent(location) }).end()
  else if (url.includes('loop')) response.writeHead(302, { location: url }).end()
  else if (url.includes('reset')) response.destroy()
  else response.writeHead(status, { 'content-type': 'application/json' }).end('{"ok":true}')
}

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // A TCP server's address is never a pipe's name.
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  baseUrl = `http://${host}/v1`
})
afterAll(() => server.close())
beforeEach(() => {
  arrived = []
})

describe('over HTTP', () => {
  it('sends every part of a request as it is described', async () => {
    const operation = operationWith({
      method: 'PATCH',
      path: '/users/{id}',
      parameters: [
        parameterWith({ argument: 'id', name: 'id', in: 'path' }),
        parameterWith({ argument: 'tags', name: 'tags', explode: false }),
        parameterWith({ argument: 'lang', name: 'X-Lang', in: 'header' }),
        parameterWith({ argument: 'theme', name: 'theme', in: 'cookie' }),
      ],
      fixed: { query: { v: '2' }, headers: { 'x-fixed': 'yes' } },
      body: { kind: 'argument', argument: 'body', mediaType: 'application/json', required: true },
      security: [['TOKEN']],
    })
    const input = { id: 'a/b', tags: ['x', 'y z'], lang: 'de', theme: 'dark', body: { né: '☃' } }
    const credentials = [credentialWith({ hosts: [host], placement: { type: 'apiKey', in: 'cookie', name: 'sid' } })]

    const result = await callOperation(
      operation,
      input,
      contextWith({ baseUrl, env: { TOKEN: 'secret' }, credentials }),
    )

    expect(result.structuredContent).toEqual({ ok: true })
    expect(arrived).toMatchObject([
      {
        method: 'PATCH',
        url: '/v1/users/a%2Fb?v=2&tags=x,y%20z',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          cookie: 'theme=dark; sid=secret',
          'x-fixed': 'yes',
          'x-lang': 'de',
        },
      },
    ])
    expect(arrived[0]?.body.toString()).toBe('{"né":"☃"}')
  })

  it('sends bytes unchanged', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    const operation = operationWith({
      method: 'PUT',
      body: { kind: 'argument', argument: 'body', mediaType: 'application/octet-stream', required: true },
    })
    await callOperation(operation, { body: { base64: bytes.toString('base64') } }, contextWith({ baseUrl }))
    expect(arrived[0]?.body.equals(bytes)).toBe(true)
  })

  it.each([
    [307, 'POST', '{"a":1}'],
    [303, 'GET', ''],
    [302, 'GET', ''],
  ])('follows %i within the origin as %s', async (status, method, body) => {
    const operation = operationWith({
      method: 'POST',
      fixed: { query: { status: String(status), to: '/v1/else' } },
      body: { kind: 'argument', argument: 'body', mediaType: 'application/json', required: true },
    })
    const result = await callOperation(operation, { body: { a: 1 } }, contextWith({ baseUrl }))
    expect(result.isError).toBeUndefined()
    expect(arrived[1]).toMatchObject({ method, url: '/v1/else' })
    expect(arrived[1]?.body.toString()).toBe(body)
  })

  it('does not follow a redirect to another origin and names where it leads', async () => {
    const elsewhere = `http://localhost:${host.split(':')[1]}/v1/else?token=x`
    const operation = operationWith({ fixed: { query: { status: '307', to: elsewhere } }, security: [['TOKEN']] })
    const context = contextWith({
      baseUrl,
      env: { TOKEN: 'secret-value' },
      credentials: [credentialWith({ hosts: [host] })],
    })

    const result = await callOperation(operation, {}, context)

    expect(arrived).toHaveLength(1)
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('a redirect to another host') }],
    })
    expect(JSON.stringify(result)).not.toContain('token=x')
  })

  it('gives up on redirects in a circle', async () => {
    const result = await callOperation(operationWith({ path: '/loop' }), {}, contextWith({ baseUrl }))
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('redirected more than 5 times') }],
    })
    expect(arrived).toHaveLength(6)
  })

  it('tells when the connection breaks', async () => {
    const result = await callOperation(operationWith({ path: '/reset' }), {}, contextWith({ baseUrl }))
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('got no answer') }] })
  })
})
