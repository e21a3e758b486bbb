import { Agent, request } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { startBridge } from '../fixtures/bridge-endpoint.ts'
import { callForText, callTool, connectLegacy, connectModern } from '../fixtures/clients.ts'
import { modernRequest } from '../fixtures/raw-http.ts'

const MiB = 1024 * 1024

it('ends a server that was stopped or loops, fails its calls with the reason, and starts it anew', async () => {
  await using endpoint = await startBridge({ silentMs: 100 })
  const client = await connectModern(endpoint.url)
  const pid = Number(await callForText(client, 'pid'))
  process.kill(pid, 'SIGSTOP')
  await expect(callForText(client, 'echo', { text: 'hi' })).rejects.toMatchObject({
    code: -32603,
    message: expect.stringContaining('answered nothing for 200 ms'),
  })
  await expect.poll(() => isAlive(pid)).toBe(false)
  expect(await callForText(client, 'echo', { text: 'again' })).toBe('again')
  await client.close()
})

it('leaves a server alone whose tool takes longer than that', async () => {
  await using endpoint = await startBridge({ silentMs: 300 })
  const client = await connectModern(endpoint.url)
  const pid = await callForText(client, 'pid')
  const leave = new AbortController()
  const hanging = callTool(client, 'hang', {}, { signal: leave.signal })
  await expect.poll(() => endpoint.logs.includes('hang began')).toBe(true)
  // All that it says now is what it answers when the watch asks, once in each time of silence.
  for (let answers = 0; answers < 2; answers++) {
    const heard = endpoint.bridge.health().traffic.readBytes
    await expect.poll(() => endpoint.bridge.health().traffic.readBytes).toBeGreaterThan(heard)
  }
  leave.abort()
  await expect(hanging).rejects.toThrow('aborted')
  expect(await callForText(client, 'pid')).toBe(pid)
  expect(endpoint.starts()).toBe(1)
  await client.close()
})

it('ends a server that writes 64 MiB without a newline long before its end, while its neighbour answers', async () => {
  await using flooded = await startBridge({ lineBytes: 4 * MiB })
  await using neighbour = await startBridge()
  const [client, other] = [await connectModern(flooded.url), await connectModern(neighbour.url)]
  const pid = Number(await callForText(client, 'pid'))
  await callForText(other, 'pid')
  const flood = { isOver: false }
  const failing = callForText(client, 'flood')
    .catch((error: unknown) => error)
    .finally(() => (flood.isOver = true))
  let answersMeanwhile = 0
  for (; !flood.isOver; answersMeanwhile++) await callForText(other, 'echo', { text: 'hi' })
  expect(await failing).toMatchObject({ message: expect.stringContaining('longer than 4194304') })
  expect(answersMeanwhile).toBeGreaterThan(1)
  // What was read is what can be held: one line's limit, and the last piece that came.
  expect(flooded.bridge.health().traffic.readBytes).toBeLessThan(5 * MiB)
  await expect.poll(() => isAlive(pid)).toBe(false)
  await Promise.all([client.close(), other.close()])
})

it('carries 50,000 notifications before an answer, in order', async () => {
  await using endpoint = await startBridge()
  const { body, headers } = modernRequest('tools/call', { name: 'storm', arguments: {} })
  const params = { ...(body as { params: object }).params }
  const meta = { ...(params as { _meta: object })._meta, progressToken: 'mine' }
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ ...body, params: { ...params, _meta: meta } }),
  })
  const messages = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)))
  const steps = messages.slice(0, -1).map(({ params: { progress } }) => progress)
  expect(steps).toEqual(steps.toSorted((one, other) => one - other))
  expect(messages.at(-1)).toMatchObject({ result: { content: [{ text: 'stormed' }] } })
  // What a reader cannot take as fast as it comes may be lost, but not most of it to one that reads.
  expect(steps.length).toBeGreaterThan(5_000)
})

it('carries answers of nearly 4 MiB whole, in each era', async () => {
  await using endpoint = await startBridge({ bodyBytes: 5 * MiB, lineBytes: 4 * MiB })
  const text = 'x'.repeat(4 * MiB - 4_096)
  for (const connect of [connectLegacy, connectModern]) {
    const client = await connect(endpoint.url)
    expect(await callForText(client, 'echo', { text })).toBe(text)
    await client.close()
  }
})

it('takes junk on stdout for log lines and passes none of it on', async () => {
  await using endpoint = await startBridge()
  const client = await connectLegacy(endpoint.url)
  expect(await callForText(client, 'junk')).toBe('made junk')
  expect(endpoint.logs).toContain('{"jsonrpc":"2.0","id":')
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  expect(await callForText(client, 'echo', { text: 'unharmed' })).toBe('unharmed')
  expect(endpoint.starts()).toBe(1)
  await client.close()
})

it('holds memory flat over 2,000 clients that vanish without a word', async () => {
  await using endpoint = await startBridge({ sessions: 100 })
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  await endpoint.bridge.wake()
  await openSessions(endpoint.url, agent, 500)
  const before = liveBytes()
  await openSessions(endpoint.url, agent, 1_500)
  expect(endpoint.bridge.health().sessions).toBe(100)
  // 1,500 sessions that were kept would be 6 MB.
  expect(liveBytes() - before).toBeLessThan(2 * MiB)
  agent.destroy()
})

it('keeps sessions, crashes and idle times apart from the clock of the wall', async () => {
  const wallClock = Date.now
  await using endpoint = await startBridge({ sessionIdleMs: 10_000, idleMs: 5_000 })
  const client = await connectLegacy(endpoint.url)
  const pid = await callForText(client, 'pid')
  try {
    for (const jumpMs of [86_400_000, -86_400_000]) {
      Date.now = () => wallClock() + jumpMs
      expect(await callForText(client, 'pid')).toBe(pid)
    }
  } finally {
    Date.now = wallClock
  }
  await client.close()
})

/** Of the heap, after what is dead was swept away. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc')
  // The flag shows in contexts made after it.
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}

async function openSessions(url: string, agent: Agent, count: number): Promise<void> {
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'gone', version: '1' } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) expect(await postOnce(url, agent, body)).toBe(200)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

function postOnce(url: string, agent: Agent, body: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const headers = { 'content-type': 'application/json', accept: '*/*', 'content-length': body.length }
  request(url, { method: 'POST', agent, headers }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode))
  })
    .once('error', reject)
    .end(body)
  return promise
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
