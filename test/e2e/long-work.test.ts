import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { stopDaemon } from '../../src/daemon/ensure-daemon.ts'
import { call } from './call.ts'
import { askModern } from './modern-rpc.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let client: Client

beforeAll(async () => {
  home = await openTestHome()
  client = await home.connect()
})
afterAll(() => home[Symbol.asyncDispose]())

/** Code that is busy while it loads, so that a deploy of it lasts: longer than a client that takes tasks waits. */
const SLOW_TO_LOAD = `const until = Date.now() + 2_500
while (Date.now() < until);
export default () => 'slow'`

async function makeServer(server: string, code: string): Promise<void> {
  await call(client, 'init_server', { name: server, description: 'Takes its time.' })
  await putTool(server, code)
}

async function putTool(server: string, code: string): Promise<void> {
  const tool = { server, name: 'speak', description: 'Speaks.', effect: 'read', input_schema: { type: 'object' } }
  const { isError, text } = await call(client, 'add_tool', { ...tool, code, replace: true })
  expect(isError, text).toBe(false)
}

const deploymentOf = async (server: string) => {
  const { data } = await call(client, 'get_server', { server, include: ['deployments'] })
  const [deployment] = data['deployments'] as { status: string; message?: string }[]
  return { server: data['status'], ...deployment }
}

/** Calls deploy, and cancels it when its progress says `when`. */
async function cancelDeploy(asking: Client, server: string, when: string): Promise<void> {
  const cancelling = new AbortController()
  const onprogress = ({ message = '' }: { message?: string | undefined }) => {
    if (message.includes(when)) cancelling.abort('The person said stop.')
  }
  await expect(
    asking.callTool({ name: 'deploy', arguments: { server } }, { onprogress, signal: cancelling.signal }),
  ).rejects.toThrow('The person said stop.')
}

describe('a deploy', () => {
  it('tells each step with growing progress, in words', async () => {
    await makeServer('teller', 'return "one"')
    const seen: { progress: number; total?: number | undefined; message?: string | undefined }[] = []
    await client.callTool(
      { name: 'deploy', arguments: { server: 'teller' } },
      { onprogress: (each) => seen.push(each) },
    )
    const told = seen.map(({ message }) => message).join('\n')
    for (const step of ['Building version 1: files.', 'Building version 1: types and bundles.', 'Checking version 1.'])
      expect(told).toContain(`Deploying teller. ${step}`)
    expect(seen.at(-1)).toMatchObject({ total: 4, message: expect.stringContaining('Starting version 1.') })
    const values = seen.map(({ progress }) => progress)
    expect(values).toEqual(values.toSorted((left, right) => left - right))
    expect(new Set(values).size).toBe(values.length)
  })

  it.each(['auto', 'legacy'] as const)('that is cancelled leaves what ran before running (%s client)', async (mode) => {
    const server = `keeper-${mode}`
    await makeServer(server, 'return "before"')
    await call(client, 'deploy', { server })
    await putTool(server, SLOW_TO_LOAD)
    await cancelDeploy(await home.connect(mode), server, 'Checking version 2')
    await vi.waitFor(
      async () =>
        expect(await deploymentOf(server)).toMatchObject({
          server: 'running',
          status: 'running',
          message: 'The last deploy was cancelled.',
        }),
      10_000,
    )
    expect((await call(client, 'read_tool', { server, tool: 'speak' })).text).toBe('before')
  })

  it('that is cancelled before the first version was up leaves a draft that deploys', async () => {
    await makeServer('fresh', SLOW_TO_LOAD)
    await cancelDeploy(client, 'fresh', 'Building version 1')
    await vi.waitFor(
      async () => expect(await deploymentOf('fresh')).toMatchObject({ server: 'draft', status: 'stopped' }),
      10_000,
    )
    await putTool('fresh', 'return "now"')
    expect((await call(client, 'deploy', { server: 'fresh' })).data).toMatchObject({ version: 1, health: 'ok' })
  })

  it('attaches to the same deploy, and says of another one what goes on and what to do', async () => {
    await makeServer('twice', 'return "one"')
    await call(client, 'deploy', { server: 'twice' })
    await putTool('twice', SLOW_TO_LOAD)
    const begun = Promise.withResolvers<void>()
    const deploying = client.callTool(
      { name: 'deploy', arguments: { server: 'twice' } },
      { onprogress: ({ message = '' }) => message.includes('Checking') && begun.resolve() },
    )
    await begun.promise
    expect((await call(client, 'deploy', { server: 'twice', version: 1 })).error).toMatchObject({
      code: 'DEPLOY_PENDING',
      message:
        'The newest definition of "twice" is being deployed to "local", so version 1 is not deployed to "local" now.',
      next: { tool: 'deploy', arguments: { server: 'twice' } },
    })
    expect((await call(client, 'deploy', { server: 'twice' })).data).toMatchObject({ version: 2, health: 'ok' })
    await deploying
    expect((await call(client, 'deploy', { server: 'twice', version: 1 })).data).toMatchObject({ version: 1 })
  })

  it('goes on when its client has gone, however early', async () => {
    await makeServer('left-early', 'return "one"')
    const leaving = await home.connect()
    const begun = Promise.withResolvers<void>()
    const deploying = leaving.callTool(
      { name: 'deploy', arguments: { server: 'left-early' } },
      { onprogress: () => begun.resolve() },
    )
    deploying.catch(() => {})
    await begun.promise
    await leaving.close()
    await vi.waitFor(async () => expect(await deploymentOf('left-early')).toMatchObject({ status: 'running' }), 20_000)
  })

  it('goes on when its client has gone', async () => {
    await makeServer('orphan', SLOW_TO_LOAD)
    const leaving = await home.connect()
    const begun = Promise.withResolvers<void>()
    const deploying = leaving.callTool(
      { name: 'deploy', arguments: { server: 'orphan' } },
      { onprogress: ({ message = '' }) => message.includes('Checking') && begun.resolve() },
    )
    deploying.catch(() => {})
    await begun.promise
    await leaving.close()
    expect((await call(client, 'deploy', { server: 'orphan' })).data).toMatchObject({ version: 1, health: 'ok' })
  })
})

describe('a deploy for a client that takes tasks', () => {
  const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
  const deploy = async (server: string) =>
    (await askModern(home, 'tools/call', { name: 'deploy', arguments: { server } }, TASKS)).result ?? {}
  const taskOf = async (taskId: unknown) => (await askModern(home, 'tasks/get', { taskId }, TASKS)).result ?? {}
  const ended = (taskId: unknown) =>
    vi.waitUntil(async () => {
      const task = await taskOf(taskId)
      return task['status'] !== 'working' && task
    }, 20_000)

  it('is answered with a task whose result is that of the call', async () => {
    await makeServer('tasked', SLOW_TO_LOAD)
    const vague = { server: 'tasked', name: 'wait', description: 'TODO', effect: 'read', code: 'return 1' }
    await call(client, 'add_tool', { ...vague, input_schema: { type: 'object' } })
    const created = await deploy('tasked')
    expect(created).toMatchObject({ resultType: 'task', status: 'working', taskId: expect.any(String) })
    const warned = { warnings: 1, worst: [expect.objectContaining({ id: 'D5:tool/wait' })] }
    expect(await ended(created['taskId'])).toMatchObject({
      status: 'completed',
      result: { structuredContent: { server: 'tasked', version: 1, health: 'ok', ...warned } },
    })
  })

  it('stays one when the daemon is another', async () => {
    await makeServer('survivor', SLOW_TO_LOAD)
    const { taskId } = await deploy('survivor')
    await stopDaemon(home.config)
    await call(client, 'list_servers')
    expect(await ended(taskId)).toMatchObject({ status: 'completed', result: { structuredContent: { version: 1 } } })
  })

  it('ends when the task is cancelled', async () => {
    await makeServer('stopped', SLOW_TO_LOAD)
    const { taskId } = await deploy('stopped')
    expect((await askModern(home, 'tasks/cancel', { taskId }, TASKS)).error).toBeUndefined()
    expect(await ended(taskId)).toMatchObject({ status: 'cancelled' })
    expect(await deploymentOf('stopped')).toMatchObject({ server: 'draft', status: 'stopped' })
  })

  it('tells a failure as the result that its model reads', async () => {
    await makeServer('failing', `${SLOW_TO_LOAD}\nthrow new Error('boom')`)
    const { taskId } = await deploy('failing')
    expect(await ended(taskId)).toMatchObject({
      status: 'completed',
      result: { isError: true, structuredContent: { error: { code: 'BUILD_FAILED' } } },
    })
  })

  it('is refused to a client that takes none, and to one that guesses', async () => {
    const guess = '00000000-0000-7000-8000-000000000000'
    expect((await askModern(home, 'tasks/get', { taskId: guess })).error).toMatchObject({ code: -32_021 })
    expect((await askModern(home, 'tasks/get', { taskId: guess }, TASKS)).error).toMatchObject({ code: -32_602 })
    expect((await askModern(home, 'tasks/get', { taskId: '1; --' }, TASKS)).error).toMatchObject({ code: -32_602 })
  })
})
