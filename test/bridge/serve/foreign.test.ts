import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Child } from '../../../bridge/serve/child.ts'
import { createForeignBridge } from '../../../bridge/serve/create-foreign-bridge.ts'
import { startBridge, STDIO_ECHO, type BridgeEndpoint } from '../fixtures/bridge-endpoint.ts'
import {
  callForText,
  callTool,
  connectLegacy,
  connectModern,
  hearProgress,
  type AnyClient,
} from '../fixtures/clients.ts'
import { initialize, post } from '../fixtures/raw-http.ts'
import { spawnChild } from '../fixtures/spawn-child.ts'

const OLD_ECHO = new URL('../fixtures/legacy-stdio-echo.ts', import.meta.url).pathname

const eras = [
  { era: 'a 2025 client', connectClient: connectLegacy },
  { era: 'a 2026-07-28 client', connectClient: connectModern },
] as const
const servers = [
  { server: 'a server of 2025', program: OLD_ECHO, name: 'old-echo' },
  { server: 'a server of 2026-07-28', program: STDIO_ECHO, name: 'echo' },
] as const

const open: AnyClient[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})

function startForeign(program: string, limits = {}): Promise<BridgeEndpoint> {
  return startBridge(limits, () => spawnChild(program), {}, createForeignBridge)
}

describe.each(servers)('a bridge before $server that others made', ({ program, name }) => {
  let endpoint: BridgeEndpoint
  beforeAll(async () => {
    endpoint = await startForeign(program)
  })
  afterAll(() => endpoint[Symbol.asyncDispose]())

  describe.each(eras)('with $era', ({ connectClient }) => {
    async function connect(): Promise<AnyClient> {
      const client = await connectClient(endpoint.url)
      open.push(client)
      return client
    }

    it('introduces it, lists its tools and calls them', async () => {
      const client = await connect()
      expect(client.getServerVersion()).toMatchObject({ name })
      expect(client.getInstructions()).toBe('Echoes.')
      expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('echo')
      expect(await callForText(client, 'echo', { text: 'höllo' })).toBe('höllo')
      expect((await client.readResource({ uri: 'text://hello' })).contents).toMatchObject([{ text: 'Hello' }])
    })

    it('gives progress to the call that asked for it', async () => {
      const client = await connect()
      const heard = hearProgress(client)
      const run = (steps: number): Promise<unknown> => callTool(client, 'count', { steps }, { onprogress: () => {} })
      await Promise.all([run(3), run(4)])
      expect(heard()).toEqual([
        [1, 2, 3],
        [1, 2, 3, 4],
      ])
    })

    it('asks the client for what the server wants to know', async () => {
      const client = await connect()
      const answer = { action: 'accept' as const, content: { name: 'Ada' } }
      if (client instanceof LegacyClient) client.setRequestHandler(ElicitRequestSchema, () => answer)
      else client.setRequestHandler('elicitation/create', () => answer)
      expect(await callForText(client, 'ask')).toMatch(/^hello Ada, (accept|state-1)$/)
    })

    it('tells the server when a call is cancelled', async () => {
      const client = await connect()
      const [began, cancelled] = [count(endpoint, 'hang began'), count(endpoint, 'hang was cancelled')]
      const abort = new AbortController()
      const hanging = callTool(client, 'hang', {}, { signal: abort.signal })
      await expect.poll(() => count(endpoint, 'hang began')).toBe(began + 1)
      abort.abort(new Error('enough'))
      await expect(hanging).rejects.toThrow('enough')
      await expect.poll(() => count(endpoint, 'hang was cancelled')).toBe(cancelled + 1)
    })
  })
})

it('gives each session of a 2025 client a process to itself, and ends it with the session', async () => {
  await using endpoint = await startForeign(OLD_ECHO)
  const [one, other] = [await connectLegacy(endpoint.url), await connectLegacy(endpoint.url)]
  const pids = [await callForText(one, 'pid'), await callForText(other, 'pid')].map(Number)
  expect(new Set(pids).size).toBe(2)
  expect([await callForText(one, 'calls'), await callForText(one, 'calls')]).toEqual(['1', '2'])
  expect(await callForText(other, 'calls')).toBe('1')
  const { sessionId } = await initialize(endpoint.url)
  await fetch(endpoint.url, { method: 'DELETE', headers: { 'mcp-session-id': sessionId } })
  await Promise.all([one.close(), other.close()])
  await endpoint.bridge.close()
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

it('fails the calls of a session whose process has crashed, says why, and has the client begin anew', async () => {
  await using endpoint = await startForeign(OLD_ECHO)
  const { sessionId } = await initialize(endpoint.url)
  const neighbour = await connectLegacy(endpoint.url)
  const crash = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'crash', arguments: {} } }
  const answer = await (await post(endpoint.url, crash, { 'mcp-session-id': sessionId })).json()
  expect(answer).toMatchObject({
    id: 1,
    error: { code: -32603, message: expect.stringContaining('crashing on purpose') },
  })
  expect((await post(endpoint.url, { ...crash, id: 2 }, { 'mcp-session-id': sessionId })).status).toBe(404)
  expect(await callForText(neighbour, 'echo', { text: 'unharmed' })).toBe('unharmed')
  await neighbour.close()
})

it.each(servers)(
  'leaves no process behind when it is closed while it finds out what $server speaks',
  async ({ program }) => {
    const pids: number[] = []
    const start = async (): Promise<Child> => {
      const child = await spawnChild(program)
      pids.push(child.pid)
      return child
    }
    await using endpoint = await startBridge({}, start, {}, createForeignBridge)
    const waking = endpoint.bridge.wake()
    await expect.poll(() => pids.length).toBe(1)
    await Promise.all([endpoint.bridge.close(), expect(waking).rejects.toThrow('was closed')])
    for (const pid of pids) await expect.poll(() => isAlive(pid)).toBe(false)
  },
)

it('tells a 2026-07-28 subscriber of resources that a server of 2025 has updated', async () => {
  await using endpoint = await startForeign(OLD_ECHO)
  const subscriber = await connectModern(endpoint.url)
  const updates: string[] = []
  subscriber.setNotificationHandler('notifications/resources/updated', ({ params }) => void updates.push(params.uri))
  await subscriber.listen({ resourceSubscriptions: ['text://hello'] })
  await endpoint.bridge.request('tools/call', { name: 'touch', arguments: {} })
  await expect.poll(() => updates).toEqual(['text://hello'])
  await subscriber.close()
})

it('passes subscriptions of a 2025 client on to its own process', async () => {
  await using endpoint = await startForeign(OLD_ECHO)
  const client = await connectLegacy(endpoint.url)
  const updates: string[] = []
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void updates.push(params.uri))
  await client.subscribeResource({ uri: 'text://hello' })
  await callForText(client, 'touch')
  await expect.poll(() => updates).toEqual(['text://hello'])
  await client.close()
})

it('asks each of several 2026-07-28 callers only about its own call', async () => {
  await using endpoint = await startForeign(OLD_ECHO)
  const names = ['Ada', 'Alan', 'Grace']
  const greetings = await Promise.all(
    names.map(async (name) => {
      const client = await connectModern(endpoint.url)
      open.push(client)
      client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name } }))
      return await callForText(client, 'ask')
    }),
  )
  expect(greetings).toEqual(names.map((name) => `hello ${name}, accept`))
})

function count({ logs }: BridgeEndpoint, line: string): number {
  return logs.filter((each) => each === line).length
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
