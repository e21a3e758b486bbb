import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startBridge, type BridgeEndpoint } from '../fixtures/bridge-endpoint.ts'
import {
  callForText,
  callTool,
  connectLegacy,
  connectModern,
  hearProgress,
  type AnyClient,
} from '../fixtures/clients.ts'

let endpoint: BridgeEndpoint
const open: AnyClient[] = []

beforeAll(async () => {
  endpoint = await startBridge()
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
})
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]()
})

const eras = [
  { era: 'a 2025 client', connectClient: connectLegacy },
  { era: 'a 2026-07-28 client', connectClient: connectModern },
] as const

describe.each(eras)('a bridge with $era', ({ connectClient }) => {
  async function connect(): Promise<AnyClient> {
    const client = await connectClient(endpoint.url)
    open.push(client)
    return client
  }

  it('introduces the server, lists its tools and calls them', async () => {
    const client = await connect()
    expect(client.getServerVersion()).toMatchObject({ name: 'echo', version: '1.2.3' })
    expect(client.getInstructions()).toBe('Echoes.')
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
    expect(await callForText(client, 'echo', { text: 'höllo' })).toBe('höllo')
  })

  it('passes a failure of a tool as a result and one of the protocol as an error', async () => {
    const client = await connect()
    expect(await callTool(client, 'fail')).toMatchObject({ isError: true })
    await expect(client.getPrompt({ name: 'nobody' })).rejects.toMatchObject({ code: -32602 })
  })

  it('passes resources, templates, prompts and completions', async () => {
    const client = await connect()
    expect((await client.listResources()).resources).toMatchObject([{ uri: 'text://hello' }])
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(1)
    expect((await client.readResource({ uri: 'text://names/Ada' })).contents).toMatchObject([{ text: 'Hello Ada' }])
    expect((await client.getPrompt({ name: 'greet', arguments: { name: 'Ada' } })).messages).toHaveLength(1)
    const ref = { type: 'ref/prompt' as const, name: 'greet' }
    const { completion } = await client.complete({ ref, argument: { name: 'name', value: 'Al' } })
    expect(completion.values).toEqual(['Alan'])
  })

  it('gives progress to the call that asked for it, before its result', async () => {
    const client = await connect()
    const heard = hearProgress(client)
    const run = (steps: number): Promise<unknown> => callTool(client, 'count', { steps }, { onprogress: () => {} })
    await Promise.all([run(3), run(4)])
    expect(heard()).toEqual([
      [1, 2, 3],
      [1, 2, 3, 4],
    ])
  })

  it('tells the server when a call is cancelled', async () => {
    const client = await connect()
    const abort = new AbortController()
    const before = endpoint.logs.filter((line) => line === 'hang was cancelled').length
    const began = endpoint.logs.filter((line) => line === 'hang began').length
    const hanging = callTool(client, 'hang', {}, { signal: abort.signal })
    await expect.poll(() => endpoint.logs.filter((line) => line === 'hang began').length).toBe(began + 1)
    abort.abort(new Error('enough'))
    await expect(hanging).rejects.toThrow('enough')
    await expect.poll(() => endpoint.logs.filter((line) => line === 'hang was cancelled').length).toBe(before + 1)
  })

  it('keeps 200 parallel calls of two clients with the same ids apart', async () => {
    const [one, other] = [await connect(), await connect()]
    const calls = Array.from({ length: 100 }, (_, index) => [
      callForText(one, 'echo', { text: `one ${index}` }),
      callForText(other, 'echo', { text: `other ${index}` }),
    ])
    const answers = await Promise.all(calls.flat())
    expect(answers).toEqual(Array.from({ length: 100 }, (_, index) => [`one ${index}`, `other ${index}`]).flat())
  })

  it('asks the client for what the server wants to know, and calls again', async () => {
    const client = await connect()
    answerElicitation(client, { action: 'accept', content: { name: 'Ada' } })
    expect(await callForText(client, 'ask')).toBe('hello Ada, state-1')
  })

  it('passes on that the person declined', async () => {
    const client = await connect()
    answerElicitation(client, { action: 'decline' })
    expect(await callForText(client, 'ask')).toBe('nobody answered')
  })

  it('carries large answers whole', async () => {
    const text = 'ü'.repeat(100_000)
    expect(await callForText(await connect(), 'echo', { text })).toBe(text)
  })
})

it('is found to speak 2026-07-28 by a client that asks', async () => {
  const client = await connectModern(endpoint.url)
  expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
  await client.close()
})

it('starts one child for all of them', () => {
  expect(endpoint.starts()).toBe(1)
})

it('answers a caller in this process, with progress', async () => {
  const seen: number[] = []
  const onProgress = ({ progress }: { progress: number }): void => void seen.push(progress)
  const call = { name: 'count', arguments: { steps: 2 } }
  const result = await endpoint.bridge.request('tools/call', call, { onProgress })
  expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'counted 2' }] })
  expect(seen).toEqual([1, 2])
})

type ElicitAnswer = { action: 'accept'; content: Record<string, string> } | { action: 'decline' }

function answerElicitation(client: AnyClient, answer: ElicitAnswer): void {
  if (client instanceof LegacyClient) client.setRequestHandler(ElicitRequestSchema, () => answer)
  else client.setRequestHandler('elicitation/create', () => answer)
}
