import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/net/address.ts'
import { sweepMemory } from '../fixtures/sweep-memory.ts'
import { createEgress, type Egress, type EgressPolicy } from '../../src/net/egress.ts'
import { egressStreamFetch } from '../../src/net/egress-fetch.ts'

let server: Server
let other: Server
let port: number
let otherPort: number
let hits: { path: string; headers: Record<string, unknown> }[] = []
const policy: EgressPolicy = { hosts: 'any', timeoutMs: 2_000, answerBytes: 10_000, redirects: 3 }

beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push({ path: request.url ?? '', headers: request.headers })
    if (request.url === '/big') return void response.end('x'.repeat(20_000))
    if (request.url === '/slow') return
    if (request.url === '/stream') return void response.writeHead(200).write('first')
    if (request.url === '/away')
      return void response.writeHead(302, { location: `http://127.0.0.1:${otherPort}/there` }).end()
    if (request.url === '/inside')
      return void response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end()
    response.end('fine')
  }).listen(0, '127.0.0.1')
  other = createServer((request, response) => {
    hits.push({ path: request.url ?? '', headers: request.headers })
    response.end('other')
  }).listen(0, '127.0.0.1')
  await Promise.all([once(server, 'listening'), once(other, 'listening')])
  port = (server.address() as AddressInfo).port
  otherPort = (other.address() as AddressInfo).port
})

afterAll(() => {
  for (const each of [server, other]) each.close().closeAllConnections()
})

beforeEach(() => {
  hits = []
})

describe('egress', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://localhost.:PORT/',
    'http://LOCALHOST:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://0.0.0.0:PORT/',
    'http://0:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.0.0.1.nip.local:PORT/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://[fe80::1]/',
    'https://metadata.google.internal/',
  ])('blocks %s without touching it', async (address) => {
    const egress = createEgress({ allowLocal: new Set() })
    const url = address.replace('PORT', String(port))
    await expect(egress.request({ url }, policy)).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
      fix: expect.stringContaining('MCPWRIGHT_ALLOW_LOCAL'),
    })
    expect(hits).toEqual([])
    await egress.close()
  })

  it.each(['file:///etc/passwd', 'gopher://x/', 'not an address', 'ftp://example.com/'])('refuses %s', async (url) => {
    const egress = createEgress({ allowLocal: new Set() })
    await expect(egress.request({ url }, policy)).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
  })

  it('reaches a local host that a person opened, and only at that port', async () => {
    const egress = createEgress({ allowLocal: new Set([`127.0.0.1:${port}`]) })
    const answer = await egress.request({ url: `http://127.0.0.1:${port}/` }, policy)
    expect(Buffer.from(answer.body).toString()).toBe('fine')
    await expect(egress.request({ url: `http://127.0.0.1:${otherPort}/` }, policy)).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
    })
    await egress.close()
  })

  it('reaches only the hosts of the policy', async () => {
    const egress = createEgress({ allowLocal: new Set([`127.0.0.1:${port}`]) })
    const narrow = { ...policy, hosts: new Set(['api.example.com']) }
    await expect(egress.request({ url: `http://127.0.0.1:${port}/` }, narrow)).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
      fix: expect.stringContaining('api.example.com'),
    })
    expect(hits).toEqual([])
  })

  it('checks a redirect like a request', async () => {
    const egress = createEgress({ allowLocal: new Set([`127.0.0.1:${port}`]) })
    await expect(egress.request({ url: `http://127.0.0.1:${port}/inside` }, policy)).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
    })
    await egress.close()
  })

  it('sends no credentials along to another host', async () => {
    const egress = createEgress({ allowLocal: new Set([`127.0.0.1:${port}`, `127.0.0.1:${otherPort}`]) })
    const headers = [
      ['authorization', 'Bearer secret'],
      ['x-api-key', 'secret'],
      ['cookie', 'a=secret'],
    ] as const
    await egress.request({ url: `http://127.0.0.1:${port}/away`, headers }, policy)
    expect(hits.map(({ path }) => path)).toEqual(['/away', '/there'])
    expect(JSON.stringify(hits[1]?.headers)).not.toContain('secret')
    await egress.close()
  })

  it('stops an answer that is too large or too slow', async () => {
    const egress = createEgress({ allowLocal: new Set([`127.0.0.1:${port}`]) })
    await expect(egress.request({ url: `http://127.0.0.1:${port}/big` }, policy)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
    })
    const impatient = { ...policy, timeoutMs: 50 }
    await expect(egress.request({ url: `http://127.0.0.1:${port}/slow` }, impatient)).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
    })
    await egress.close()
  })

  it('knows public addresses from all others', () => {
    expect(['8.8.8.8', '1.1.1.1', '2606:4700::1111'].every(isPublicAddress)).toBe(true)
    expect(
      ['127.0.0.1', '::1', '10.1.2.3', '::ffff:10.1.2.3', '100.64.0.1', 'fd00::1', 'nonsense'].some(isPublicAddress),
    ).toBe(false)
  })
})

describe('egress that streams', () => {
  const everywhere = { hosts: 'any', redirects: 3 } as const

  it.each([
    ['an address', (url: string, signal: AbortSignal): Parameters<typeof fetch> => [url, { signal }]],
    ['a Request', (url: string, signal: AbortSignal): Parameters<typeof fetch> => [new Request(url, { signal })]],
  ])(
    'gives what came so far while the answer to %s goes on, and ends with the signal, however late',
    async (_, ask) => {
      await using egress = closing(createEgress({ allowLocal: new Set(), allowLoopback: true }))
      const abort = new AbortController()
      const fetchStream = egressStreamFetch(egress, everywhere)
      const response = await fetchStream(...ask(`http://localhost:${port}/stream`, abort.signal))
      const reader = response.body?.getReader()
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
      await sweepMemory()
      abort.abort(new Error('enough'))
      await expect(reader?.read()).rejects.toThrow('enough')
    },
  )

  it('ends an answer that is read whole when its time is over, though it has begun', async () => {
    await using egress = closing(createEgress({ allowLocal: new Set([`127.0.0.1:${port}`]) }))
    const late = egress.request({ url: `http://127.0.0.1:${port}/stream` }, { ...policy, timeoutMs: 500 })
    late.catch(() => {})
    await expect.poll(() => hits.length).toBe(1)
    await sweepMemory()
    await expect(late).rejects.toMatchObject({ code: 'UPSTREAM_UNREACHABLE' })
  })

  it('keeps the guards: hosts, schemes, private addresses, redirects', async () => {
    await using egress = closing(createEgress({ allowLocal: new Set([`127.0.0.1:${port}`]) }))
    const open = (url: string) => egress.open({ url }, everywhere)
    await expect(open(`http://127.0.0.1:${port}/inside`)).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
    await expect(open(`http://127.0.0.1:${otherPort}/`)).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
    await expect(open('file:///etc/passwd')).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' })
    const narrow = { hosts: new Set([`127.0.0.1:${port}`]), redirects: 3 }
    await expect(egress.open({ url: `http://127.0.0.1:${port}/away` }, narrow)).rejects.toMatchObject({
      code: 'HOST_NOT_ALLOWED',
    })
  })

  it('opens loopback without opening the private network behind it', async () => {
    await using egress = closing(createEgress({ allowLocal: new Set(), allowLoopback: true }))
    const response = await egress.open({ url: `http://127.0.0.1:${otherPort}/` }, everywhere)
    await response.body?.cancel()
    expect(response.status).toBe(200)
    await expect(egress.open({ url: 'https://10.0.0.1/' }, everywhere)).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
    })
  })
})

function closing(egress: Egress): Egress & AsyncDisposable {
  return { ...egress, [Symbol.asyncDispose]: () => egress.close() }
}
