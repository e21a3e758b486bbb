import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartedWorker } from '../fixtures/start-worker.ts'
import { serveProject } from '../runtime/library/worker/served-project.ts'
import { everythingDefinition } from './everything-definition.ts'
import { TASK_SCENARIOS, tasksDefinition } from './tasks-server.ts'
import { runConformanceSuite } from './run-suite.ts'

const opened = new AsyncDisposableStack()
const env = { MCP_TOKEN: 'open-sesame' }
let everything: StartedWorker
let tasks: StartedWorker

beforeAll(async () => {
  everything = opened.use(await serveProject(everythingDefinition, { env, bindings: ['MCP_SESSIONS'] }))
  tasks = opened.use(await serveProject(tasksDefinition, { env, bindings: ['MCP_TASKS'] }))
})

afterAll(() => opened.disposeAsync())

const endpointOf = ({ url }: StartedWorker) => ({ url: `${url}/mcp`, token: env.MCP_TOKEN })

/** Of servers on this machine, by what the scenario says of itself: the platform leads only a Worker's own names to it. */
const OF_LOCAL_SERVERS = ['dns-rebinding-protection']

describe('a server on Cloudflare Workers, with sessions', () => {
  it.each([
    ['2025-11-25', 29],
    ['2026-07-28', 36],
  ] as const)(
    'passes every scenario that %s requires of it',
    async (revision, count) => {
      const { passed, failed, output } = await runConformanceSuite(endpointOf(everything), { requirements: revision })
      expect(failed, output.slice(-3_000)).toEqual(OF_LOCAL_SERVERS)
      expect(passed).toHaveLength(count)
    },
    120_000,
  )
})

describe('a server on Cloudflare Workers whose calls go on as tasks', () => {
  it.each(TASK_SCENARIOS)(
    'passes the scenario %s',
    async (scenario) => {
      const { output, succeeded } = await runConformanceSuite(endpointOf(tasks), { scenario })
      expect(succeeded, output).toBe(true)
    },
    60_000,
  )
})
