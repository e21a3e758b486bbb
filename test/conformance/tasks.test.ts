import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Endpoint, endpointOf } from '../e2e/endpoint-of.ts'
import { openTestHome, type TestHome } from '../e2e/test-home.ts'
import { runConformanceSuite } from './run-suite.ts'
import { buildTasksServer, TASK_SCENARIOS } from './tasks-server.ts'

let home: TestHome
let endpoint: Endpoint

beforeAll(async () => {
  home = await openTestHome()
  const name = await buildTasksServer(await home.connect())
  endpoint = await endpointOf(home, name)
}, 120_000)

afterAll(() => home[Symbol.asyncDispose]())

describe('a server whose calls go on as tasks', () => {
  it.each(TASK_SCENARIOS)(
    'passes the scenario %s',
    async (scenario) => {
      const { output, succeeded } = await runConformanceSuite(endpoint, { scenario })
      expect(succeeded, output).toBe(true)
    },
    60_000,
  )
})
