import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolDefinition } from '../../../../src/model/tool-definition.ts'
import { tasksDefinition } from '../../../conformance/tasks-server.ts'
import type { StartedWorker } from '../../../fixtures/start-worker.ts'
import { connect } from './connect.ts'
import { serveProject } from './served-project.ts'
import { type TaskClient, taskClient } from './task-client.ts'

const opened = new AsyncDisposableStack()
const PAUSE = 'new Promise((resolve) => setTimeout(resolve, 200))'
const definition = {
  ...tasksDefinition,
  tools: [
    ...tasksDefinition.tools,
    taskTool('flood', `background(); return 'é€😀'.repeat(500_000)`),
    taskTool('change', `background(); await ${PAUSE}; notify({ kind: 'tools' }); await ${PAUSE}; return 'told'`),
  ],
}
let worker: StartedWorker
let client: TaskClient

beforeAll(async () => {
  const env = { MCP_TOKEN: 'open-sesame', MCP_KEY_HASHES: createHash('sha256').update('another-key').digest('hex') }
  worker = opened.use(await serveProject(definition, { env, bindings: ['MCP_TASKS'] }))
  client = taskClient(worker.url, 'open-sesame')
})
afterAll(() => opened.disposeAsync())

describe('a task on Workers', () => {
  it('goes on after its call was answered, and its result can be had by later requests', async () => {
    const created = await client.call('slow_compute', { seconds: 0.3 })
    expect(created).toMatchObject({ resultType: 'task', status: 'working', ttlMs: 3_600_000 })
    const done = await client.settled(created['taskId'])
    expect(done).toMatchObject({ status: 'completed', result: { content: [{ text: 'computed for 0.3 s' }] } })
  })

  it('is still there when its object was out of memory', async () => {
    const { taskId } = await client.call('slow_compute', { seconds: 0 })
    const before = await client.settled(taskId)
    await worker.restart()
    expect(await client.task(taskId)).toEqual(before)
  })

  it('says that it was lost when its object went out of memory while it ran', async () => {
    const { taskId } = await client.call('slow_compute', { seconds: 600 })
    await worker.restart()
    expect(await client.task(taskId)).toMatchObject({
      status: 'failed',
      error: { code: -32_603, message: expect.stringContaining('call the tool again') },
    })
  })

  it('takes answers after its object was out of memory, and asks for those that are missing', async () => {
    const { taskId } = await client.call('multi_input')
    expect(await client.settled(taskId)).toMatchObject({ status: 'input_required' })
    const answer = (name: string, value: string) =>
      client.ask('tasks/update', { taskId, inputResponses: { [name]: { action: 'accept', content: { value } } } })
    await answer('first', 'one')
    await worker.restart()
    const asking = await client.task(taskId)
    expect(Object.keys(asking['inputRequests'] as object)).toEqual(['second'])
    await answer('second', 'two')
    expect(await client.settled(taskId)).toMatchObject({
      status: 'completed',
      result: { content: [{ text: '[{"value":"one"},{"value":"two"}]' }] },
    })
  })

  it('stops its code when it is cancelled, and stays cancelled', async () => {
    const { taskId } = await client.call('slow_compute', { seconds: 600 })
    expect((await client.ask('tasks/cancel', { taskId })).error).toBeUndefined()
    expect(await client.task(taskId)).toMatchObject({ status: 'cancelled' })
    await worker.restart()
    expect(await client.task(taskId)).toMatchObject({ status: 'cancelled' })
  })

  it('is known to nobody but its caller, and a guess to nobody', async () => {
    const { taskId } = await client.call('slow_compute', { seconds: 0 })
    const stranger = taskClient(worker.url, 'another-key')
    const guesses = ['00000000-0000-7000-8000-000000000000', '0'.repeat(64), String(taskId).replace(/.$/, 'g')]
    for (const [who, id] of [[stranger, taskId], ...guesses.map((guess) => [client, guess])] as [
      TaskClient,
      string,
    ][]) {
      for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
        expect((await who.ask(method, { taskId: id })).error).toMatchObject({ code: -32_602 })
      }
    }
    expect(await client.settled(taskId)).toMatchObject({ status: 'completed' })
  })

  it('keeps a result that is larger than what one value of its storage holds', async () => {
    const { taskId } = await client.call('flood')
    await client.settled(taskId)
    await worker.restart()
    const { result } = await client.task(taskId)
    const [{ text }] = (result as { readonly content: readonly [{ readonly text: string }] }).content
    expect(text).toBe('é€😀'.repeat(500_000))
  })

  it('needs a client that says it takes tasks: for others the call ends with its result', async () => {
    const { result } = await client.ask('tools/call', { name: 'slow_compute', arguments: { seconds: 0 } }, {})
    expect(result).toMatchObject({ content: [{ text: 'computed for 0 s' }] })
    expect((await client.ask('tools/call', { name: 'failing_job' }, {})).error).toMatchObject({ code: -32_021 })
  })
})

it('tells the sessions of other clients what has changed, also after its call was answered', async () => {
  await using both = await serveProject(definition, {
    env: { MCP_TOKEN: 'open-sesame' },
    bindings: ['MCP_TASKS', 'MCP_SESSIONS'],
  })
  const listening = await connect(both.url, 'legacy')
  const told = Promise.withResolvers<void>()
  listening.setNotificationHandler('notifications/tools/list_changed', () => told.resolve())
  const { call, settled } = taskClient(both.url, 'open-sesame')
  const { taskId } = await call('change')
  await told.promise
  expect(await settled(taskId)).toMatchObject({ status: 'completed' })
  await listening.close()
})

it('a Worker without the binding says that it has no tasks, and ends calls within their requests', async () => {
  await using plain = await serveProject(definition, { env: { MCP_TOKEN: 'open-sesame' } })
  const { ask, call } = taskClient(plain.url, 'open-sesame')
  const discovered = await ask('server/discover', {})
  expect(discovered.result).toMatchObject({ capabilities: { tools: {} } })
  expect(discovered.result?.['capabilities']).not.toHaveProperty('extensions')
  expect(await call('slow_compute', { seconds: 0 })).toMatchObject({ content: [{ text: 'computed for 0 s' }] })
  expect(await call('failing_job')).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('task') }],
  })
})

function taskTool(name: string, source: string): ToolDefinition {
  return {
    name,
    description: `Does what ${name} says.`,
    effect: 'read',
    inputSchema: { type: 'object' },
    handler: { kind: 'code', hosts: [], source, task: 'optional' },
  }
}
