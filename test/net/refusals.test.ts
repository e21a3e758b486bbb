import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../src/errors/codes.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import { createEgress, type EgressOptions, type EgressPolicy } from '../../src/net/egress.ts'
import type { ResolveHost } from '../../src/net/public-lookup.ts'
import { startConnectProxy } from './connect-proxy.ts'

interface Refusal {
  readonly what: string
  readonly url: string
  readonly options?: Partial<EgressOptions>
  readonly policy?: Partial<EgressPolicy>
  readonly code: string
  /** The host that is spoken of, where it is not the one that was asked for first. */
  readonly host: string
  readonly rule: RegExp
  readonly wayOut: RegExp
}

const privateDns: ResolveHost = (_, __, callback) =>
  void setImmediate(callback, null, [{ address: '10.0.0.1', family: 4 }])
const publicDns: ResolveHost = (_, __, callback) =>
  void setImmediate(callback, null, [{ address: '8.8.8.8', family: 4 }])
const opening = /MCPWRIGHT_ALLOW_LOCAL=/
const isPrivate = /on this machine or a private network/

/** SITE is a local host that a person opened. */
const REFUSALS: readonly Refusal[] = [
  {
    what: 'another scheme',
    url: 'ftp://a.example/',
    code: 'HOST_NOT_ALLOWED',
    host: 'a.example',
    rule: /not an http/,
    wayOut: /https:\/\//,
  },
  {
    what: 'a password',
    url: 'https://u:p@a.example/',
    code: 'HOST_NOT_ALLOWED',
    host: 'a.example',
    rule: /user name or password/,
    wayOut: /name a credential/,
  },
  {
    what: 'a host outside the list',
    url: 'https://a.example/',
    policy: { hosts: new Set(['b.example']) },
    code: 'HOST_NOT_ALLOWED',
    host: 'a.example',
    rule: /may not reach/,
    wayOut: /b\.example.*Add the host to the tool's hosts/,
  },
  {
    what: 'another port',
    url: 'https://b.example:8443/',
    policy: { hosts: new Set(['b.example']) },
    code: 'HOST_NOT_ALLOWED',
    host: 'b.example:8443',
    rule: /may not reach/,
    wayOut: /Add the host/,
  },
  {
    what: 'an empty list',
    url: 'https://a.example/',
    policy: { hosts: new Set() },
    code: 'HOST_NOT_ALLOWED',
    host: 'a.example',
    rule: /may not reach/,
    wayOut: /no host\. Add the host/,
  },
  {
    what: 'plain http',
    url: 'http://a.example/',
    code: 'HOST_NOT_ALLOWED',
    host: 'a.example',
    rule: /plain http/,
    wayOut: /https:\/\/ address.*MCPWRIGHT_ALLOW_LOCAL=a\.example:80$/,
  },
  {
    what: 'a private literal',
    url: 'https://10.0.0.1/',
    code: 'LOCAL_HOST_BLOCKED',
    host: '10.0.0.1',
    rule: isPrivate,
    wayOut: /MCPWRIGHT_ALLOW_LOCAL=10\.0\.0\.1:443$/,
  },
  {
    what: 'a private literal of IPv6',
    url: 'http://[::1]:3000/',
    code: 'LOCAL_HOST_BLOCKED',
    host: '[::1]:3000',
    rule: isPrivate,
    wayOut: /MCPWRIGHT_ALLOW_LOCAL=\[::1\]:3000$/,
  },
  {
    what: 'a local name',
    url: 'http://localhost:3000/',
    code: 'LOCAL_HOST_BLOCKED',
    host: 'localhost:3000',
    rule: isPrivate,
    wayOut: /MCPWRIGHT_ALLOW_LOCAL=localhost:3000$/,
  },
  {
    what: 'a name that resolves to a private address',
    url: 'https://a.example/',
    options: { resolve: privateDns },
    code: 'LOCAL_HOST_BLOCKED',
    host: 'a.example',
    rule: isPrivate,
    wayOut: /MCPWRIGHT_ALLOW_LOCAL=a\.example:443$/,
  },
  {
    what: 'such a name behind a proxy',
    url: 'https://a.example/',
    options: { resolve: privateDns, proxies: { https: 'http://127.0.0.1:9' } },
    code: 'LOCAL_HOST_BLOCKED',
    host: 'a.example',
    rule: isPrivate,
    wayOut: opening,
  },
  {
    what: 'a redirect to a private address',
    url: 'http://SITE/inside',
    code: 'LOCAL_HOST_BLOCKED',
    host: '169.254.169.254',
    rule: isPrivate,
    wayOut: opening,
  },
  {
    what: 'a redirect to a host outside the list',
    url: 'http://SITE/away',
    policy: { hosts: new Set(['SITE']) },
    code: 'HOST_NOT_ALLOWED',
    host: 'a.example',
    rule: /may not reach/,
    wayOut: /Add the host/,
  },
  {
    what: 'too many requests',
    url: 'http://SITE/',
    options: { requestsPerMinute: 0.000_001 },
    policy: { caller: 'a' },
    code: 'RATE_LIMITED',
    host: 'SITE',
    rule: /more than .* times a minute/,
    wayOut: /in \d+ ms.*MCPWRIGHT_REQUESTS_PER_MINUTE=/,
  },
  {
    what: 'too much',
    url: 'http://SITE/',
    policy: { answerBytes: 1 },
    code: 'LIMIT_EXCEEDED',
    host: 'SITE',
    rule: /more than 1 bytes/,
    wayOut: /Ask for less/,
  },
  {
    what: 'too slow',
    url: 'http://SITE/slow',
    policy: { timeoutMs: 30 },
    code: 'UPSTREAM_UNREACHABLE',
    host: 'SITE',
    rule: /within 30 ms/,
    wayOut: /Try again/,
  },
  {
    what: 'a connection that breaks',
    url: 'http://SITE/gone',
    code: 'UPSTREAM_UNREACHABLE',
    host: 'SITE',
    rule: /could not be reached/,
    wayOut: /Check the address/,
  },
]

const room = path.resolve(import.meta.dirname, '../../src/net')
let site: string
const server = createServer((request, response) => {
  const elsewhere = { '/inside': 'http://169.254.169.254/', '/away': 'https://a.example/' }[request.url ?? '']
  if (elsewhere) return void response.writeHead(302, { location: elsewhere }).end()
  if (request.url === '/gone') return void request.socket.destroy()
  if (request.url !== '/slow') response.end('hello')
})

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server's address is never a pipe's name.
  site = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close().closeAllConnections())

async function refusalOf(refusal: Refusal): Promise<unknown> {
  const { caller, hosts = 'any', ...bounds } = refusal.policy ?? {}
  const listed = hosts === 'any' ? hosts : new Set(Array.from(hosts, (host) => host.replace('SITE', site)))
  const usual = { timeoutMs: 5_000, answerBytes: 1_000, redirects: 3 }
  const policy = { ...usual, ...bounds, hosts: listed, ...(caller !== undefined && { caller }) }
  const egress = createEgress({ allowLocal: new Set([site]), ...refusal.options })
  const ask = () => egress.request({ url: refusal.url.replace('SITE', site) }, policy)
  try {
    // The first may be within a limit.
    if (refusal.code === 'RATE_LIMITED') await ask()
    await ask()
    return undefined
  } catch (error) {
    return error
  } finally {
    await egress.close()
  }
}

describe('a refusal names the host, the rule, and the way out', () => {
  it.each(REFUSALS.map((refusal) => [refusal.what, refusal] as const))('%s', async (_, refusal) => {
    const error = await refusalOf(refusal)
    expect(error).toBeInstanceOf(MetaError)
    expect(error).toMatchObject({
      code: refusal.code,
      message: expect.stringMatching(refusal.rule),
      fix: expect.stringMatching(refusal.wayOut),
    })
    expect(error).toHaveProperty('message', expect.stringContaining(refusal.host.replace('SITE', site)))
  })

  it('a proxy that lets nobody through', async () => {
    using proxy = await startConnectProxy(9, ['a.example'])
    const options = { proxies: { https: `http://${proxy.host}` }, resolve: publicDns }
    const refusal = { what: '', url: 'https://a.example/', code: '', host: '', rule: /./, wayOut: /./, options }
    expect(await refusalOf(refusal)).toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      message: expect.stringMatching(/^"a\.example" could not be reached through the proxy "127/),
      fix: expect.stringContaining('NO_PROXY'),
    })
  })

  it('has a case above for each code of the way out', () => {
    const files = readdirSync(room).filter((file) => file !== 'free-port.ts')
    const text = files.map((file) => readFileSync(path.join(room, file), 'utf8')).join('\n')
    // What is wrong with a setting is told before there is a request.
    const codes = ERROR_CODES.filter((code) => text.includes(`'${code}'`) && code !== 'CONFIGURATION_INVALID')
    expect(REFUSALS.map(({ code }) => code)).toEqual(expect.arrayContaining(codes))
    expect(codes).toContain('RATE_LIMITED')
  })
})
