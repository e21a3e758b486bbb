import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Endpoint, endpointOf } from '../e2e/endpoint-of.ts'
import { openTestHome, type TestHome } from '../e2e/test-home.ts'
import { buildEverythingServer } from './everything-server.ts'
import { runConformanceSuite } from './run-suite.ts'

let home: TestHome
let endpoint: Endpoint

beforeAll(async () => {
  home = await openTestHome()
  const name = await buildEverythingServer(await home.connect())
  endpoint = await endpointOf(home, name)
}, 120_000)

afterAll(() => home[Symbol.asyncDispose]())

describe('a server that our own meta tools built', () => {
  it('passes every scenario that 2025-11-25 requires', async () => {
    const { passed, failed } = await runConformanceSuite(endpoint, { requirements: '2025-11-25' })
    expect(failed).toEqual([])
    expect(passed).toHaveLength(30)
  }, 120_000)

  it('passes every scenario of the older suite', async () => {
    const { passed, failed } = await runConformanceSuite(endpoint, { olderSuite: true })
    expect(failed).toEqual([])
    expect(passed).toHaveLength(30)
  }, 120_000)

  it('passes every scenario that 2026-07-28 requires', async () => {
    const { passed, failed } = await runConformanceSuite(endpoint, { requirements: '2026-07-28' })
    expect(failed).toEqual([])
    expect(passed).toHaveLength(37)
  }, 120_000)
})
