import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { Client as ModernClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectStdio } from '../../../bridge/connect/connect-stdio.ts'
import { hearProgress } from '../fixtures/clients.ts'
import { startSdkEndpoint, type SdkEndpoint } from '../fixtures/sdk-endpoint.ts'

const DOOR = new URL('../fixtures/connect-child.ts', import.meta.url).pathname

let directory: string
let urlFile: string
let endpoint: SdkEndpoint
const open: { close(): Promise<void> }[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'connect-'))
  urlFile = join(directory, 'url')
  endpoint = await startSdkEndpoint()
  await writeFile(urlFile, endpoint.url)
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
  await endpoint.kill()
  await rm(directory, { recursive: true })
})

async function connectLegacy(...flags: string[]): Promise<LegacyClient> {
  const client = new LegacyClient({ name: 'test', version: '1' }, { capabilities: { elicitation: {} } })
  await client.connect(
    new LegacyStdio({ command: process.execPath, args: [DOOR, urlFile, ...flags], stderr: 'inherit' }),
  )
  open.push(client)
  return client
}

async function connectModern(...flags: string[]): Promise<ModernClient> {
  const client = new ModernClient(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { form: {} } } },
  )
  await client.connect(
    new ModernStdio({ command: process.execPath, args: [DOOR, urlFile, ...flags], stderr: 'inherit' }),
  )
  open.push(client)
  return client
}

const eras = [
  { era: 'a 2025 client', connect: connectLegacy },
  { era: 'a 2026-07-28 client', connect: connectModern },
] as const

describe.each(eras)('connectStdio with $era', ({ connect }) => {
  it('carries lists, calls and tool errors', async () => {
    const client = await connect()
    expect(client.getServerVersion()).toMatchObject({ name: 'echo' })
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
    expect(await client.callTool({ name: 'echo', arguments: { text: 'höllo' } })).toMatchObject({
      content: [{ type: 'text', text: 'höllo' }],
    })
    expect(await client.callTool({ name: 'fail', arguments: {} })).toMatchObject({ isError: true })
  })

  it('carries JSON-RPC errors with their code', async () => {
    const client = await connect()
    await expect(client.getPrompt({ name: 'nobody' })).rejects.toMatchObject({ code: -32602 })
  })

  it('carries progress before the result', async () => {
    const client = await connect()
    const heard = hearProgress(client)
    await call(client, 'count', { steps: 3 }, { onprogress: () => {} })
    expect(heard()).toEqual([[1, 2, 3]])
  })

  it('ends a call that the client cancels and serves the next one', async () => {
    const client = await connect()
    const abort = new AbortController()
    const hanging = call(client, 'hang', {}, { signal: abort.signal })
    abort.abort(new Error('enough'))
    await expect(hanging).rejects.toThrow('enough')
    expect(await client.callTool({ name: 'echo', arguments: { text: 'next' } })).toBeDefined()
  })

  it('answers the greeting and the list at once from the static answers, without an endpoint', async () => {
    await writeFile(urlFile, '')
    const client = await connect('static')
    expect(client.getServerVersion()).toMatchObject({ name: 'door', version: '9.9.9' })
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['static'])
  })

  it('goes on with a new endpoint after the old one died', async () => {
    const client = await connect()
    await client.callTool({ name: 'echo', arguments: { text: 'one' } })
    const next = await startSdkEndpoint()
    await writeFile(urlFile, next.url)
    await endpoint.kill()
    endpoint = next
    expect(await client.callTool({ name: 'echo', arguments: { text: 'two' } })).toMatchObject({
      content: [{ text: 'two' }],
    })
  })

  it('fails a call that was under way when the endpoint died, and never sends it twice', async () => {
    const client = await connect()
    const next = await startSdkEndpoint()
    const hanging = call(client, 'hang', {})
    // It may fail before the next server is up, when nobody here listens to it yet.
    hanging.catch(() => {})
    await expect.poll(() => endpoint.methods).toContain('tools/call')
    await writeFile(urlFile, next.url)
    await endpoint.kill()
    endpoint = next
    await expect(hanging).rejects.toMatchObject({ code: -32603, message: expect.stringContaining('not repeated') })
    expect(await client.callTool({ name: 'echo', arguments: { text: 'on' } })).toBeDefined()
    expect(endpoint.methods.filter((method) => method === 'tools/call')).toHaveLength(1)
  })
})

it("carries a server's request to a 2025 client and its answer back", async () => {
  const client = await connectLegacy()
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept' as const, content: { name: 'Ada' } }))
  expect(await client.callTool({ name: 'ask', arguments: {} })).toMatchObject({
    content: [{ text: 'hello Ada, state-1' }],
  })
})

it('is found to speak 2026-07-28 by a client that asks', async () => {
  const client = await connectModern('static')
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
})

it('carries an input_required round of a 2026-07-28 client', async () => {
  const client = await connectModern()
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: { name: 'Ada' } }))
  expect(await client.callTool({ name: 'ask', arguments: {} })).toMatchObject({
    content: [{ text: 'hello Ada, state-1' }],
  })
})

describe('connectStdio on the wire', () => {
  it('answers a line that is not JSON with -32700 and goes on', async () => {
    const answers = await exchange('{"jsonrpc"\n{"jsonrpc":"2.0","id":7,"method":"ping"}\n')
    expect(answers).toMatchObject([
      { id: null, error: { code: -32700 } },
      { id: 7, result: {} },
    ])
  })

  it('answers a message that is no request with -32600 and its id', async () => {
    expect(await exchange('{"jsonrpc":"2.0","id":3}\n')).toMatchObject([{ id: 3, error: { code: -32600 } }])
  })

  it('says why when the endpoint cannot be reached', async () => {
    await endpoint.kill()
    const request = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
    }
    const [answer] = await exchange(`${JSON.stringify(request)}\n`)
    expect(answer).toMatchObject({ id: 1, error: { code: -32603, message: expect.stringContaining('ECONNREFUSED') } })
  })
})

it('carries large answers to a client that reads slowly', async () => {
  const input = new PassThrough()
  const output = new PassThrough({ highWaterMark: 1_024 })
  const done = connectStdio({ input, output, endpoint: () => Promise.resolve({ url: endpoint.url, headers: {} }) })
  const text = 'x'.repeat(100_000)
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } }
  const calls = [1, 2, 3].map((id) => ({ id, method: 'tools/call', params: { name: 'echo', arguments: { text } } }))
  for (const request of [{ id: 0, method: 'initialize', params }, ...calls]) {
    input.write(`${JSON.stringify({ jsonrpc: '2.0', ...request })}\n`)
  }
  input.end()
  let received = ''
  for await (const piece of output as AsyncIterable<Buffer>) {
    received += piece.toString()
    if (received.split('\n').length === 5) output.end()
  }
  await done
  const answers = received
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(answers.map(({ id }) => String(id)).join('')).toHaveLength(4)
  expect(answers.at(-1).result.content[0].text).toBe(text)
})

it('answers what was asked before the client closed its end, then exits', async () => {
  const door = spawn(process.execPath, [DOOR, urlFile], { stdio: ['pipe', 'pipe', 'inherit'] })
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
  }
  door.stdin.end(`${JSON.stringify(initialize)}\n`)
  let text = ''
  door.stdout.on('data', (chunk) => (text += String(chunk)))
  const [code] = await once(door, 'close')
  expect(code).toBe(0)
  expect(JSON.parse(text)).toMatchObject({ id: 1, result: { protocolVersion: '2025-06-18' } })
  expect(endpoint.methods).toContain('DELETE')
})

async function exchange(lines: string): Promise<unknown[]> {
  const input = new PassThrough()
  const output = new PassThrough()
  const done = connectStdio({ input, output, endpoint: () => Promise.resolve({ url: endpoint.url, headers: {} }) })
  input.end(lines)
  await done
  return String(output.read() ?? '')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

async function call(
  client: LegacyClient | ModernClient,
  name: string,
  input: object,
  options: object = {},
): Promise<unknown> {
  // The two clients differ in where options stand.
  return client instanceof LegacyClient
    ? await client.callTool({ name, arguments: { ...input } }, undefined, options)
    : await client.callTool({ name, arguments: { ...input } }, options)
}
