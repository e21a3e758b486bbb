import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEgress, type Egress } from '../../src/net/egress.ts'
import { createRequestBudget } from '../../src/net/request-budget.ts'

describe('the budget of requests', () => {
  const url = new URL('https://api.example/things')
  const other = new URL('https://api.example:8443/')
  it('lets ten seconds’ worth through at once, then as many as time brings', () => {
    let now = 1_000
    const budget = createRequestBudget(60, () => now)
    const spend = () => budget.spend('a', url)
    expect(countOf(spend)).toBe(10)
    now += 3_000
    expect(countOf(spend)).toBe(3)
    now += 3_600_000
    expect(countOf(spend)).toBe(10)
  })

  it('says after which time it goes on, and is right', () => {
    let now = 0
    const budget = createRequestBudget(60, () => now)
    countOf(() => budget.spend('a', url))
    expect(() => budget.spend('a', url)).toThrow(
      expect.objectContaining({
        code: 'RATE_LIMITED',
        message: expect.stringContaining('"api.example"'),
        fix: expect.stringMatching(/in 1000 ms.*MCPWRIGHT_REQUESTS_PER_MINUTE=120$/),
      }),
    )
    now += 1_000
    budget.spend('a', url)
  })

  it('is one for each caller and host', () => {
    const budget = createRequestBudget(60, () => 0)
    countOf(() => budget.spend('a', url))
    expect(countOf(() => budget.spend('b', url))).toBe(10)
    expect(countOf(() => budget.spend('a', other))).toBe(10)
  })

  it('still counts who is in the midst of asking when many others have asked', () => {
    let now = 0
    const budget = createRequestBudget(60, () => now)
    countOf(() => budget.spend('a', url))
    now += 1_000
    for (let n = 0; n < 3_000; n++) budget.spend(`other ${n}`, url)
    expect(countOf(() => budget.spend('a', url))).toBe(1)
  })

  it('allows one request at least', () => {
    const budget = createRequestBudget(1, () => 0)
    expect(countOf(() => budget.spend('a', url))).toBe(1)
  })
})

describe('egress with a budget', () => {
  const site = createServer((request, response) => {
    hits++
    if (request.url === '/round') response.writeHead(302, { location: '/round' })
    response.end('fine')
  })
  const policy = { hosts: 'any', timeoutMs: 5_000, answerBytes: 100, redirects: 20 } as const
  let hits = 0
  let port = 0
  let egress: Egress

  beforeAll(async () => {
    site.listen(0, '127.0.0.1')
    await once(site, 'listening')
    // A TCP server's address is never a pipe's name.
    port = (site.address() as AddressInfo).port
  })
  beforeEach(() => {
    hits = 0
    egress = createEgress({ allowLocal: new Set([`127.0.0.1:${port}`]), requestsPerMinute: 30, now: () => 0 })
  })
  afterAll(() => site.close().closeAllConnections())

  it('counts requests, streams and redirects together, and sends nothing past it', async () => {
    const url = `http://127.0.0.1:${port}/`
    const counted = { ...policy, caller: 'tenant/server' }
    await egress.request({ url }, counted)
    await (await egress.open({ url }, counted)).body?.cancel()
    await expect(egress.request({ url: `${url}round` }, counted)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await expect(egress.open({ url }, counted)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(hits).toBe(5)
    await egress.request({ url }, { ...policy, caller: 'tenant/other' })
    await egress.request({ url }, policy)
    await egress.close()
  })
})

/** How often it can be spent before it refuses. */
function countOf(spend: () => void): number {
  for (let count = 0; ; count++) {
    try {
      spend()
    } catch {
      return count
    }
  }
}
