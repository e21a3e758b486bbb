import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callForText, callTool, hearProgress, type AnyClient } from '../fixtures/clients.ts'
import { type RemoteServer, startLegacyOnly, startModernOnly, startSseOnly } from './fixtures/old-servers.ts'
import { connectLegacy, connectModern, type Machine, startMachine } from './fixtures/remote-door.ts'

const servers = [
  { server: 'a server of 2026-07-28', start: startModernOnly, isModern: true },
  { server: 'a server of 2025', start: startLegacyOnly, isModern: false },
  { server: 'a server of HTTP+SSE', start: startSseOnly, isModern: false },
] as const
const clients = [
  { client: 'a 2025 client', connect: connectLegacy },
  { client: 'a 2026-07-28 client', connect: connectModern },
] as const
const pairs = servers.flatMap((server) => clients.map((client) => ({ ...server, ...client })))

let machine: Machine
let remote: RemoteServer

beforeEach(async () => {
  machine = await startMachine()
})

afterEach(async () => {
  await machine[Symbol.asyncDispose]()
  await remote.stop()
})

describe.each(pairs)('$client and $server', ({ start, connect }) => {
  it('share lists, calls, tool errors and JSON-RPC errors', async () => {
    remote = await start()
    const client = await connect(machine.open({ url: remote.url }))
    expect(client.getServerVersion()).toMatchObject({ name: 'echo', version: '1.2.3' })
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
    expect(await callForText(client, 'echo', { text: 'höllo' })).toBe('höllo')
    expect(await callTool(client, 'fail')).toMatchObject({ isError: true })
    await expect(
      client.complete({ ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'y', value: '' } }),
    ).rejects.toMatchObject({ code: expect.any(Number) })
  })

  it('share progress', async () => {
    remote = await start()
    const client = await connect(machine.open({ url: remote.url }))
    const heard = hearProgress(client)
    await callTool(client, 'count', { steps: 3 }, { onprogress: () => {} })
    expect(heard()).toEqual([[1, 2, 3]])
  })

  it('share what the server asks the person in the middle of a call', async () => {
    remote = await start()
    const client = await connect(machine.open({ url: remote.url }))
    answerWithAda(client)
    expect(await callForText(client, 'ask')).toBe('hello Ada, state-1')
    expect(await callForText(client, 'echo', { text: 'on' })).toBe('on')
  })

  it('lose a call openly when the server dies under it, and never send it twice', async () => {
    remote = await start()
    const client = await connect(machine.open({ url: remote.url }))
    const hanging = callTool(client, 'hang')
    // It may fail before the next server is up, when nobody here listens to it yet.
    hanging.catch(() => {})
    await expect.poll(() => remote.methods).toContain('tools/call')
    const { port } = new URL(remote.url)
    await remote.stop()
    remote = await start(Number(port))
    await expect(hanging).rejects.toMatchObject({ code: -32603, message: expect.stringContaining('not repeated') })
    expect(await callForText(client, 'echo', { text: 'on' })).toBe('on')
    expect(remote.methods.filter((method) => method === 'tools/call')).toHaveLength(1)
  })

  it('go on after the server was started again', async () => {
    remote = await start()
    const client = await connect(machine.open({ url: remote.url }))
    await callForText(client, 'echo', { text: 'one' })
    const { port } = new URL(remote.url)
    await remote.stop()
    remote = await start(Number(port))
    // A list may be repeated on a connection that turns out to be dead; a call may not.
    await client.listTools()
    expect(await callForText(client, 'echo', { text: 'two' })).toBe('two')
  })
})

it('opens a new session at once after the server forgot the old one', async () => {
  remote = await startLegacyOnly()
  const client = await connectLegacy(machine.open({ url: remote.url }))
  await callForText(client, 'echo', { text: 'one' })
  remote.forget()
  expect(await callForText(client, 'echo', { text: 'two' })).toBe('two')
})

it('waits for a server that comes up after the client', async () => {
  remote = await startLegacyOnly()
  const { port } = new URL(remote.url)
  await remote.stop()
  const failed = Promise.withResolvers<void>()
  const retry = {
    attempts: () => 1_000,
    pauseMs: () => {
      failed.resolve()
      return 5
    },
  }
  const connecting = connectLegacy(machine.open({ url: remote.url, retry }))
  await failed.promise
  remote = await startLegacyOnly(Number(port))
  expect(await callForText(await connecting, 'echo', { text: 'up' })).toBe('up')
})

describe.each(clients)('$client', ({ connect }) => {
  it('hears that the list of tools has changed, from a server of 2025', async () => {
    remote = await startLegacyOnly()
    const client = await connect(machine.open({ url: remote.url }))
    const changed = Promise.withResolvers<void>()
    await listenForTools(client, () => changed.resolve())
    await callTool(client, 'grow')
    await changed.promise
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('grown')
  })
})

describe.each(clients)('$client', ({ connect }) => {
  it('hears of changes again after the machine slept', async () => {
    remote = await startLegacyOnly()
    const wakers: (() => void)[] = []
    const client = await connect(machine.open({ url: remote.url, onWake: (restart) => wakers.push(restart) }))
    const changed = Promise.withResolvers<void>()
    await listenForTools(client, () => changed.resolve())
    await expect.poll(() => remote.streams()).toBe(1)
    for (const wake of wakers) wake()
    await expect.poll(() => remote.streams()).toBe(2)
    await callTool(client, 'grow')
    await changed.promise
  })
})

it('keeps a subscription that breaks more often than a request is tried', async () => {
  remote = await startModernOnly()
  const client = await connectModern(machine.open({ url: remote.url, retry: { attempts: () => 3, pauseMs: () => 1 } }))
  const subscription = await client.listen({ toolsListChanged: true })
  const listens = (): number => remote.methods.filter((method) => method === 'subscriptions/listen').length
  for (let cuts = 1; cuts <= 8; cuts++) {
    remote.cut()
    await expect.poll(listens).toBeGreaterThan(cuts)
  }
  await subscription.close()
})

it('waits where a gateway answers for a server that is being started', async () => {
  remote = await startLegacyOnly()
  let refusals = 2
  const gateway = createServer((request, response) => {
    if (refusals-- > 0) return void response.writeHead(503).end('<h1>Service Unavailable</h1>')
    request.pipe(
      forward(remote.url, { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      }),
    )
  }).listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  // A TCP server's address is an AddressInfo.
  const { port } = gateway.address() as AddressInfo
  const client = await connectLegacy(machine.open({ url: `http://127.0.0.1:${port}/mcp` }))
  expect(await callForText(client, 'echo', { text: 'up' })).toBe('up')
  gateway.close().closeAllConnections()
})

it('goes to the transport that a person named, and says what the server answered there', async () => {
  remote = await startSseOnly()
  const door = machine.open({ url: remote.url, transport: 'streamable-http' })
  await expect(connectLegacy(door)).rejects.toMatchObject({ message: expect.stringContaining('404') })
})

function answerWithAda(client: AnyClient): void {
  if (client instanceof LegacyClient) client.setRequestHandler(ElicitRequestSchema, sayAda)
  else client.setRequestHandler('elicitation/create', sayAda)
}

async function listenForTools(client: AnyClient, onChange: () => void): Promise<void> {
  if (client instanceof LegacyClient) {
    client.setNotificationHandler(ToolListChangedNotificationSchema, onChange)
    return
  }
  client.setNotificationHandler('notifications/tools/list_changed', onChange)
  await client.listen({ toolsListChanged: true })
}

function sayAda() {
  return { action: 'accept' as const, content: { name: 'Ada' } }
}
