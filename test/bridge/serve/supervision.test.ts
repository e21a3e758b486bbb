import { expect, it, vi } from 'vitest'
import { startBridge, STDIO_ECHO } from '../fixtures/bridge-endpoint.ts'
import { callForText, callTool, connectLegacy, connectModern } from '../fixtures/clients.ts'
import { initialize, modernRequest, post } from '../fixtures/raw-http.ts'
import { spawnChild } from '../fixtures/spawn-child.ts'

it('fails the calls of a crashed server with the reason, without a limit that passes, and serves the next one', async () => {
  await using endpoint = await startBridge({ silentMs: 600_000 })
  const client = await connectLegacy(endpoint.url)
  const pid = Number(await callForText(client, 'pid'))
  const hanging = callForText(client, 'hang')
  await expect.poll(() => endpoint.logs).toContain('hang began')
  process.kill(pid, 'SIGKILL')
  await expect(hanging).rejects.toMatchObject({ code: -32603, message: expect.stringContaining('SIGKILL') })
  expect(Number(await callForText(client, 'pid'))).not.toBe(pid)
  expect(endpoint.bridge.health()).toMatchObject({ state: 'running', restarts: 1 })
  await client.close()
})

it('stops a server that keeps crashing and says why, in its own words', async () => {
  await using endpoint = await startBridge({ crashesInWindow: 3, backoffMs: 1 }, () =>
    spawnChild('-e', 'console.error("no database here"); process.exit(7)'),
  )
  await expect(endpoint.bridge.wake()).rejects.toThrow(/ended with code 7[\s\S]*no database here/)
  await expect.poll(() => endpoint.bridge.health().state).toBe('crashed')
  expect(endpoint.starts()).toBe(3)
  const { body, headers } = modernRequest('tools/list')
  expect(await (await post(endpoint.url, body, headers)).json()).toMatchObject({
    id: 1,
    error: { code: -32603, message: expect.stringContaining('no database here') },
  })
  expect(endpoint.bridge.health().reason).toContain('no database here')
  expect(endpoint.starts()).toBe(3)
})

it('ends a server that does not become ready in time', async () => {
  await using endpoint = await startBridge({ startMs: 50, crashesInWindow: 1 }, () =>
    spawnChild('-e', 'setInterval(() => {}, 1000)'),
  )
  await expect(endpoint.bridge.wake()).rejects.toThrow('did not answer server/discover within 50 ms')
})

it('starts one server for 20 clients that come at once', async () => {
  await using endpoint = await startBridge()
  expect(endpoint.bridge.health().state).toBe('asleep')
  const results = await Promise.all(Array.from({ length: 20 }, () => initialize(endpoint.url)))
  expect(results.every(({ sessionId }) => sessionId !== '')).toBe(true)
  expect(endpoint.starts()).toBe(1)
})

it('puts an idle server to sleep, still lists its tools, and wakes it for a call in the same session', async () => {
  await using endpoint = await startBridge({ idleMs: 200 })
  const client = await connectLegacy(endpoint.url)
  const pid = Number(await callForText(client, 'pid'))
  await client.listTools()
  await expect.poll(() => endpoint.bridge.health().state).toBe('asleep')
  // On a busy machine it may have slept once before.
  const starts = endpoint.starts()
  expect((await client.listTools()).tools.length).toBeGreaterThan(0)
  expect(endpoint.starts()).toBe(starts)
  // It is asleep from the moment it is told to end.
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 })
  expect(await callForText(client, 'echo', { text: 'awake' })).toBe('awake')
  expect(endpoint.starts()).toBe(starts + 1)
  await client.close()
})

it('does not put a server to sleep during a call', async () => {
  await using endpoint = await startBridge({ idleMs: 5 })
  const client = await connectModern(endpoint.url)
  expect(await callTool(client, 'count', { steps: 10 }, { onprogress: () => {} })).toMatchObject({
    content: [{ text: 'counted 10' }],
  })
  await client.close()
})

it('ends a server that writes a line without an end, with bounded memory, and starts it anew', async () => {
  await using endpoint = await startBridge({ lineBytes: 1024 * 1024 })
  const client = await connectModern(endpoint.url)
  await client.ping().catch(() => {})
  await expect(callForText(client, 'flood')).rejects.toMatchObject({
    message: expect.stringContaining('longer than 1048576'),
  })
  expect(endpoint.bridge.health().traffic.readBytes).toBeLessThan(2 * 1024 * 1024)
  expect(await callForText(client, 'echo', { text: 'again' })).toBe('again')
  await client.close()
})

it('does not keep for a client that stopped reading what may be lost, and serves the others', async () => {
  await using endpoint = await startBridge()
  const { body, headers } = modernRequest('tools/call', { name: 'spam', arguments: {} })
  const asked = { ...body, params: { ...(body as { params: object }).params } } as { params: { _meta: object } }
  Object.assign(asked.params._meta, { progressToken: 'slow' })
  const before = process.memoryUsage().arrayBuffers
  const response = await post(endpoint.url, asked, headers)
  const other = await connectLegacy(endpoint.url)
  expect(await callForText(other, 'echo', { text: 'meanwhile' })).toBe('meanwhile')
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024)
  expect(await response.text()).toContain('spammed')
  await other.close()
})

it('takes lines of stdout that are no messages as log lines', async () => {
  await using endpoint = await startBridge()
  const client = await connectLegacy(endpoint.url)
  expect(await callForText(client, 'noise')).toBe('made noise')
  expect(endpoint.logs).toContain('this line is no message')
  await client.close()
})

it('leaves no process behind when it is closed', async () => {
  const endpoint = await startBridge({}, () => spawnChild(STDIO_ECHO))
  await endpoint.bridge.wake()
  const { pid } = endpoint.bridge.health()
  await endpoint[Symbol.asyncDispose]()
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH')
  expect(endpoint.bridge.health().state).toBe('closed')
  await expect(endpoint.bridge.request('tools/list', {})).rejects.toThrow('was closed')
})
