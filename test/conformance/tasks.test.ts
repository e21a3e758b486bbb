import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { openTestHome, type TestHome } from '../e2e/test-home.ts'
import { runConformanceSuite } from './run-suite.ts'
import { buildTasksServer } from './tasks-server.ts'

let home: TestHome
let endpoint: { url: string; token: string }

beforeAll(async () => {
  home = await openTestHome()
  const name = await buildTasksServer(await home.connect())
  const daemon = readDaemonRecord(home.folder)
  const answer = await fetch(`http://127.0.0.1:${daemon?.port}/servers/${name}/endpoint`, {
    headers: { authorization: `Bearer ${daemon?.token}` },
  })
  endpoint = (await answer.json()) as typeof endpoint
}, 120_000)

afterAll(() => home[Symbol.asyncDispose]())

describe('a server whose calls go on as tasks', () => {
  it.each([
    'tasks-lifecycle',
    'tasks-capability-negotiation',
    'tasks-wire-fields',
    'tasks-request-state-removal',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-dispatch-and-envelope',
    'tasks-status-notifications',
    'tasks-required-task-error',
    'tasks-mrtr-composition',
  ])(
    'passes the scenario %s',
    async (scenario) => {
      const { output, succeeded } = await runConformanceSuite(endpoint, { scenario })
      expect(succeeded, output).toBe(true)
    },
    60_000,
  )
})
