import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartedWorker } from '../fixtures/start-worker.ts'
import { serveProject } from '../runtime/library/worker/served-project.ts'
import { everythingDefinition } from './everything-definition.ts'
import { runConformanceSuite } from './run-suite.ts'

let worker: StartedWorker

beforeAll(async () => {
  worker = await serveProject(everythingDefinition, { env: { MCP_TOKEN: 'open-sesame' }, bindings: ['MCP_SESSIONS'] })
}, 60_000)

afterAll(() => worker[Symbol.asyncDispose]())

/** Of servers on this machine, by what the scenario says of itself: the platform leads only a Worker's own names to it. */
const OF_LOCAL_SERVERS = ['dns-rebinding-protection']

describe('a server on Cloudflare Workers, with sessions', () => {
  it.each([
    ['2025-11-25', 29],
    ['2026-07-28', 36],
  ] as const)(
    'passes every scenario that %s requires of it',
    async (revision, count) => {
      const endpoint = { url: `${worker.url}/mcp`, token: 'open-sesame' }
      const { passed, failed, output } = await runConformanceSuite(endpoint, { requirements: revision })
      expect(failed, output.slice(-3_000)).toEqual(OF_LOCAL_SERVERS)
      expect(passed).toHaveLength(count)
    },
    120_000,
  )
})
