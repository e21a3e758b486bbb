import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import type { WireRequest } from '../../runtime/library/wire.ts'
import { createEgress, type Egress } from '../../src/net/egress.ts'
import { createBroker } from '../../src/pipeline/create-broker.ts'
import { envSecretResolver, placeholderOf } from '../../src/pipeline/resolve-secrets.ts'

const VALUE = 'the-value-of-the-secret'
const placeholder = placeholderOf('API_KEY')

interface Recorder {
  readonly host: string
  readonly server: Server
  readonly seen: string[]
}

let api: Recorder
let evil: Recorder
let egress: Egress

/** Writes down all it gets; `/to?host=…&status=…` redirects. */
async function startRecorder(): Promise<Recorder> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const at = seen.push(JSON.stringify([request.method, request.url, request.headers])) - 1
    request.on('data', (chunk: Buffer) => (seen[at] += chunk.toString()))
    const { searchParams } = new URL(request.url ?? '', 'http://recorder')
    const to = searchParams.get('host')
    if (to) response.writeHead(Number(searchParams.get('status')), { location: `http://${to}/` })
    request.on('end', () => response.end('fine'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, server, seen }
}

beforeAll(async () => {
  api = await startRecorder()
  evil = await startRecorder()
  egress = createEgress({ allowLocal: new Set([api.host, evil.host]) })
})
afterAll(async () => {
  await egress.close()
  for (const { server } of [api, evil]) server.close().closeAllConnections()
})
beforeEach(() => {
  for (const { seen } of [api, evil]) seen.splice(0)
})

/** The server's description names both hosts; a person bound the secret to the first. */
async function send(request: Partial<WireRequest> & { url: string }): Promise<unknown> {
  const broker = createBroker({
    tenantId: LOCAL_TENANT,
    caller: 'test',
    hosts: [api.host, evil.host],
    egress,
    secrets: envSecretResolver([{ name: 'API_KEY', host: api.host, value: VALUE }]),
    // A fetch asks for none of these.
    ...({} as Pick<Parameters<typeof createBroker>[0], 'sandbox' | 'toolsBundle' | 'store' | 'onNotice' | 'schedule'>),
  })
  const call = { kind: 'fetch', request: { method: 'POST', headers: [], ...request } } as const
  return await broker.call(call, { signal: new AbortController().signal, onNotice: () => {} })
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
const PLACES = [
  ['a header', (url: string) => ({ url, headers: [['authorization', `Bearer ${placeholder}`]] as const })],
  ['a header of the API’s own', (url: string) => ({ url, headers: [['x-api-key', placeholder]] as const })],
  ['Basic', (url: string) => ({ url, headers: [['authorization', `Basic ${base64(`u:${placeholder}`)}`]] as const })],
  ['a cookie', (url: string) => ({ url, headers: [['cookie', `session=${placeholder}`]] as const })],
  [
    'the query',
    (url: string) => ({ url: `${url}${url.includes('?') ? '&' : '?'}key=${encodeURIComponent(placeholder)}` }),
  ],
  ['the body', (url: string) => ({ url, body: base64(JSON.stringify({ key: placeholder })) })],
] as const

describe.each(PLACES)('a secret in %s', (_, place) => {
  it('reaches its own host', async () => {
    await send(place(`http://${api.host}/things`))
    expect(api.seen.join().includes(VALUE) || api.seen.join().includes(base64(`u:${VALUE}`))).toBe(true)
  })

  it('is not sent to another host of the server, and neither is the request', async () => {
    await expect(send(place(`http://${evil.host}/things`))).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
    expect(evil.seen).toEqual([])
  })

  it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i) to another host', async (status) => {
    await send(place(`http://${api.host}/to?host=${evil.host}&status=${status}`))
    expect(api.seen).toHaveLength(1)
    expect(evil.seen.join()).not.toMatch(
      new RegExp(`${VALUE}|${base64(VALUE).slice(0, 20)}|authorization|x-api-key|cookie`),
    )
  })

  it.each([
    'http://API@EVIL/',
    'http://EVIL/http://API/',
    'http://EVIL/?API',
    'http://EVIL#@API/',
    'http://EVIL\\@API/',
  ])('is not sent to an address that only looks like its host: %s', async (spelling) => {
    const url = spelling.replace('API', api.host).replace('EVIL', evil.host)
    await expect(send(place(url))).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
    expect(evil.seen).toEqual([])
  })
})
