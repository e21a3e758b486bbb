import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { openTestHome, type TestHome } from '../e2e/test-home.ts'
import { buildEverythingServer } from './everything-server.ts'
import { runConformanceSuite } from './run-suite.ts'

/**
 * Scenarios of 2026-07-28 that need what `context.requestInput` cannot do yet: several requests in one round, requests
 * under names of the tool's own, a sealed state, a prompt that asks, and a look at the client's capabilities.
 */

let home: TestHome
let endpoint: { url: string; token: string }

beforeAll(async () => {
  home = await openTestHome()
  const name = await buildEverythingServer(await home.connect())
  const daemon = readDaemonRecord(home.folder)
  const answer = await fetch(`http://127.0.0.1:${daemon?.port}/servers/${name}/endpoint`, {
    headers: { authorization: `Bearer ${daemon?.token}` },
  })
  endpoint = (await answer.json()) as typeof endpoint
}, 120_000)

afterAll(() => home[Symbol.asyncDispose]())

describe('a server that our own meta tools built', () => {
  it('passes every scenario that 2025-11-25 requires', async () => {
    const { passed, failed } = await runConformanceSuite(endpoint, '2025-11-25')
    expect(failed).toEqual([])
    expect(passed).toHaveLength(30)
  }, 120_000)

  it('passes every scenario that 2026-07-28 requires', async () => {
    const { passed, failed } = await runConformanceSuite(endpoint, '2026-07-28')
    expect(failed).toEqual([])
    expect(passed).toHaveLength(37)
  }, 120_000)
})
