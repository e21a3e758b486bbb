import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEgress, type Egress, type EgressOptions, type EgressPolicy } from '../../src/net/egress.ts'
import type { ResolveHost } from '../../src/net/public-lookup.ts'
import { makeCertificates } from '../fixtures/certificates.ts'
import { type ConnectProxy, startConnectProxy } from './connect-proxy.ts'
import { startTlsSite, type TlsSite } from './tls-site.ts'

const certificates = makeCertificates()
const policy: EgressPolicy = { hosts: 'any', timeoutMs: 5_000, answerBytes: 10_000, redirects: 3 }
const site = 'https://api.example.test'

/** @returns a resolver that knows these addresses of every name; without any it knows no name */
function answering(...addresses: readonly string[]): ResolveHost {
  return (hostname, _, callback) =>
    addresses.length === 0
      ? callback(Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }), [])
      : callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )
}

describe.skipIf(!certificates)('behind a proxy (needs openssl)', () => {
  let behind: TlsSite
  let proxy: ConnectProxy
  let opened: Egress[] = []

  beforeAll(async () => {
    if (certificates) behind = await startTlsSite(certificates)
  })
  afterAll(() => behind[Symbol.dispose]())
  beforeEach(async () => {
    proxy = await startConnectProxy(behind.port, ['closed.example.test'])
    behind.seen.length = 0
  })
  afterEach(async () => {
    await Promise.all(opened.map((egress) => egress.close()))
    opened = []
    proxy[Symbol.dispose]()
  })

  function egressOf(options: Partial<EgressOptions> = {}): Egress {
    const proxies = { https: `http://${proxy.host}`, http: `http://${proxy.host}` }
    const usual = { allowLocal: new Set<string>(), proxies, caFile: behind.caFile, resolve: answering('8.8.8.8') }
    const egress = createEgress({ ...usual, ...options })
    opened.push(egress)
    return egress
  }

  it('is the tunnel of a request, of which the proxy learns host and port', async () => {
    const answer = await egressOf().request({ url: `${site}/thing` }, policy)
    expect(Buffer.from(answer.body).toString()).toBe('hello')
    expect(proxy.asked).toEqual(['CONNECT api.example.test:443'])
    expect(behind.seen).toMatchObject([{ what: 'api.example.test /thing' }])
  })

  it('is the tunnel of a stream', async () => {
    const { body } = await egressOf().open({ url: `${site}/stream` }, policy)
    const reader = body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
    await reader?.cancel()
    expect(proxy.asked).toEqual(['CONNECT api.example.test:443'])
  })

  it('is told its own password, and the server is not', async () => {
    const proxies = { https: `http://ada:l%20ove@${proxy.host}` }
    const headers = [['Proxy-Authorization', 'Bearer of-a-tool']] as const
    await egressOf({ proxies }).request({ url: `${site}/`, headers }, policy)
    const basic = `Basic ${Buffer.from('ada:l ove').toString('base64')}`
    expect(proxy.heads).toMatchObject([{ 'proxy-authorization': basic }])
    expect(behind.seen[0]?.headers).not.toHaveProperty('proxy-authorization')
  })

  it('lets a client certificate through to its host', async () => {
    const { cert = '', key = '' } = certificates?.client ?? {}
    const clientCertificate = { host: 'api.example.test', pem: `${cert}${key}` }
    await egressOf().request({ url: `${site}/`, clientCertificate }, policy)
    await egressOf().request({ url: `${site}/` }, policy)
    expect(behind.seen.map(({ client }) => client)).toEqual(['client', undefined])
  })

  it.each([
    'https://127.0.0.1/',
    'https://[::ffff:7f00:1]/',
    'https://10.0.0.1/',
    'https://169.254.169.254/',
    'https://metadata/',
    'https://metadata.google.internal/',
    'https://localhost./',
    'https://printer.local/',
  ])('refuses %s as without one, and asks the proxy for nothing', async (url) => {
    await expect(egressOf().request({ url }, policy)).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
    expect(proxy.asked).toEqual([])
  })

  it.each([[['10.1.2.3']], [['8.8.8.8', '127.0.0.1']], [['fd00::1']]])(
    'refuses a name whose addresses are %j, and asks the proxy for nothing',
    async (addresses) => {
      const egress = egressOf({ resolve: answering(...addresses) })
      await expect(egress.request({ url: site }, policy)).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
      await expect(egress.open({ url: site }, policy)).rejects.toMatchObject({ code: 'LOCAL_HOST_BLOCKED' })
      expect(proxy.asked).toEqual([])
    },
  )

  it('leaves a name that nobody here can resolve to the proxy', async () => {
    const answer = await egressOf({ resolve: answering() }).request({ url: site }, policy)
    expect(answer.status).toBe(200)
  })

  it('checks a redirect like a request', async () => {
    await expect(egressOf().request({ url: `${site}/inside` }, policy)).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
      message: expect.stringContaining('10.0.0.1'),
    })
    expect(proxy.asked).toHaveLength(1)
  })

  it('does not lead from a public host to what a person opened, unless both are named', async () => {
    const local = `127.0.0.1:${behind.port}`
    const egress = egressOf({ allowLocal: new Set([local]) })
    const url = `${site}/to?https://${local}/secret`
    for (const ask of [() => egress.request({ url }, policy), () => egress.open({ url }, policy)]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'LOCAL_HOST_BLOCKED',
        message: expect.stringContaining(`"${local}"`),
        fix: expect.stringContaining('that address itself'),
      })
    }
    expect(behind.seen.map(({ what }) => what)).not.toContain(`${local} /secret`)
    const both = { ...policy, hosts: new Set(['api.example.test', local]) }
    expect(await egress.request({ url }, both)).toMatchObject({ status: 200, url: `https://${local}/secret` })
  })

  it('is not between us and what a person opened on this machine', async () => {
    const egress = egressOf({ allowLocal: new Set([`127.0.0.1:${behind.port}`]) })
    expect(await egress.request({ url: `https://127.0.0.1:${behind.port}/` }, policy)).toMatchObject({ status: 200 })
    expect(proxy.asked).toEqual([])
  })

  it('carries plain http to a host that a person opened on another machine', async () => {
    const egress = egressOf({ allowLocal: new Set(['wiki.corp:8080']) })
    const { body } = await egress.request({ url: 'http://wiki.corp:8080/page' }, policy)
    expect(Buffer.from(body).toString()).toBe('from the proxy')
    expect(proxy.asked).toEqual(['GET http://wiki.corp:8080/page'])
  })

  it('is left out for the hosts of NO_PROXY, whose addresses are checked on the connection again', async () => {
    const proxies = { https: `http://${proxy.host}`, except: ['example.test'] }
    const egress = egressOf({ proxies, resolve: answering('127.0.0.1') })
    await expect(egress.request({ url: `${site}:${behind.port}` }, policy)).rejects.toMatchObject({
      code: 'LOCAL_HOST_BLOCKED',
    })
    expect(proxy.asked).toEqual([])
    expect(behind.seen).toEqual([])
  })

  it('is named when it does not let a request through, without its password', async () => {
    const egress = egressOf({ proxies: { https: `http://ada:lovelace@${proxy.host}` } })
    const failure: Error & { fix?: string } = await egress
      .request({ url: 'https://closed.example.test/' }, policy)
      .then(
        () => new Error('It was let through.'),
        (error: Error) => error,
      )
    expect(failure).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: expect.stringMatching(
        `^"closed.example.test" could not be reached through the proxy "${proxy.host}" .*403`,
      ),
      fix: expect.stringContaining('NO_PROXY'),
    })
    expect(`${failure.message} ${failure.fix}`).not.toContain('lovelace')
  })
})
