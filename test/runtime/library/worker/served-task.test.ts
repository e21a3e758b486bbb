import { describe, expect, it } from 'vitest'
import { createMcpServer } from '../../../../runtime/library/server/create-mcp-server.ts'
import { resumeTask } from '../../../../runtime/library/server/resume-task.ts'
import { standaloneHost } from '../../../../runtime/library/server/standalone-host.ts'
import { forwarded } from '../../../../runtime/library/worker/forward.ts'
import { createServedTask } from '../../../../runtime/library/worker/tasks/served-task.ts'
import { sqliteObjectStorage } from '../../../fixtures/object-storage.ts'
import { deskServer } from './desk-parts.ts'
import { taskRequest } from './task-client.ts'

const HOUR_MS = 3_600_000
const HALF_MINUTE_MS = 30_000
const ADA = { key: 'ada', authInfo: { token: '', clientId: 'ada', scopes: [] } }

/** A server whose one tool works until it is told to end, in an object on a clock of our own. */
function setUp() {
  const time = { nowMs: 1_000_000 }
  const storage = sqliteObjectStorage()
  const work = Promise.withResolvers<string>()
  const stopped = Promise.withResolvers<unknown>()
  const later: Promise<unknown>[] = []
  const tool = { name: 'work', description: 'Works.', effect: 'read', inputSchema: { type: 'object' } } as const
  const parts = { ...deskServer.parts, tools: [{ ...tool, task: 'optional' as const }] }
  const code = {
    tools: {
      work: (_input: unknown, { background, signal }: { background(): void; signal: AbortSignal }) => {
        background()
        signal.addEventListener('abort', () => stopped.resolve(signal.reason))
        return work.promise
      },
    },
    resources: {},
    prompts: {},
  }
  const host = standaloneHost({ env: {}, code })
  const state = {
    id: { toString: () => 'task-1' },
    storage,
    waitUntil: (promise: Promise<unknown>) => void later.push(promise),
    blockConcurrencyWhile: <Value>(open: () => Promise<Value>) => open(),
  }
  const open = () =>
    createServedTask(state, {
      createServer: (tasks) => createMcpServer(parts, host, tasks),
      resume: (call) => resumeTask(parts, host, call),
      now: () => time.nowMs,
      onerror: () => {},
    })
  return { time, storage, work, stopped, open, settle: () => Promise.all(later) }
}

function posted(method: string, params: object): Request {
  const { body, ...init } = taskRequest('ada', method, params)
  return forwarded(new Request('https://desk.example/task', init), JSON.parse(body), ADA)
}

const begin = posted.bind(undefined, 'tools/call', { name: 'work', arguments: {} })
const ask = posted.bind(undefined, 'tasks/get', { taskId: 'task-1' })

describe('the object of a task', () => {
  it('wakes itself while its code runs, since the platform ends objects that nobody asks', async () => {
    const { time, storage, open, settle } = setUp()
    const object = open()
    await (await object.fetch(begin())).text()
    await settle()
    expect(storage.alarmMs).toBe(time.nowMs + HALF_MINUTE_MS)
    time.nowMs += HALF_MINUTE_MS
    await object.alarm()
    expect(storage.alarmMs).toBe(time.nowMs + HALF_MINUTE_MS)
  })

  it('sleeps once it has ended, and an hour after its beginning forgets it with all that it kept', async () => {
    const { time, storage, work, open, settle } = setUp()
    const beganMs = time.nowMs
    const object = open()
    await (await object.fetch(begin())).text()
    work.resolve('done')
    await expect.poll(async () => (await object.fetch(ask())).text()).toContain('"completed"')
    await settle()
    expect(storage.alarmMs).toBe(beganMs + HOUR_MS)
    time.nowMs = beganMs + HOUR_MS
    await object.alarm()
    expect(storage.alarmMs).toBeUndefined()
    expect((await open().fetch(ask())).headers.has('mcp-no-task')).toBe(true)
  })

  it('stops code that still runs by then, and keeps nothing of what it says later', async () => {
    const { time, storage, work, stopped, open, settle } = setUp()
    const object = open()
    await (await object.fetch(begin())).text()
    time.nowMs += HOUR_MS
    await object.alarm()
    expect(await stopped.promise).toMatchObject({ name: 'TimeoutError' })
    work.resolve('too late')
    await settle()
    expect(storage.alarmMs).toBeUndefined()
    expect((await open().fetch(ask())).headers.has('mcp-no-task')).toBe(true)
  })

  it('writes nothing for a call that ends within its request', async () => {
    const { storage, open } = setUp()
    await (await open().fetch(posted('tools/call', { name: 'no_such_tool', arguments: {} }))).text()
    expect(storage.sql.exec('SELECT name FROM sqlite_master').toArray()).toEqual([])
    expect(storage.alarmMs).toBeUndefined()
  })
})
