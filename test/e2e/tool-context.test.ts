import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { call } from './call.ts'
import { type Endpoint, endpointOf } from './endpoint-of.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const NOTES = 'notes://all'
const text = (value: object) => ({ type: 'object', properties: value })
let home: TestHome
let meta: Client

beforeAll(async () => {
  home = await openTestHome()
  meta = await home.connect()
  await call(meta, 'init_server', { name: 'notes', description: 'Notes.' })
  const add = async (name: string, code: string, input_schema: object = text({}), more: object = {}): Promise<void> => {
    const tool = { server: 'notes', name, description: `Does ${name}.`, effect: 'write', input_schema, code, ...more }
    expect((await call(meta, 'add_tool', tool)).text).toContain('saved')
  }
  await add(
    'take_note',
    `const notes = ((await store.get('notes')) as string[] | null) ?? []
await store.set('notes', [...notes, input.note ?? ''])
notify({ kind: 'resource', uri: '${NOTES}' })
return { notes: notes.length + 1 }`,
    text({ note: { type: 'string' } }),
  )
  await add(
    'note_later',
    `await schedule('take_note', { note: input.note }, Number(input.delay_ms))\nreturn 'later'`,
    text({ note: { type: 'string' }, delay_ms: { type: 'integer' } }),
  )
  await add(
    'wait_for_end',
    `progress(1)
await new Promise((resolve) => signal.addEventListener('abort', resolve))
await store.set('notes', ['ended: ' + signal.reason.name])`,
  )
  await add(
    'take_long',
    `background()\nawait new Promise((resolve) => signal.addEventListener('abort', resolve))`,
    text({}),
    { task: 'optional' },
  )
  await add(
    'ask_both',
    `const { who, what } = await requestInputs({
  who: { kind: 'form', message: 'Who?', schema: { type: 'object', properties: { name: { type: 'string' } } } },
  what: { kind: 'form', message: 'What?', schema: { type: 'object', properties: { name: { type: 'string' } } } },
})
return input.greeting + ' ' + who.content?.name + ', ' + what.content?.name`,
    text({ greeting: { type: 'string' } }),
  )
  await call(meta, 'add_resource', {
    server: 'notes',
    name: 'all_notes',
    uri: NOTES,
    code: `return (((await store.get('notes')) as string[] | null) ?? []).join('\\n')`,
  })
  await call(meta, 'deploy', { server: 'notes' })
})

afterAll(() => home[Symbol.asyncDispose]())

const endpoint = (): Promise<Endpoint> => endpointOf(home, 'notes')

async function connect(mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
  const { url, token } = await endpoint()
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, ...(mode === 'auto' && { versionNegotiation: { mode } }) },
  )
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
  return client
}

const readNotes = async (): Promise<string> => {
  const client = await connect()
  const { contents } = await client.readResource({ uri: NOTES })
  await client.close()
  return JSON.stringify(contents[0])
}

describe('the context of code in a deployed server', () => {
  it.each(['auto', 'legacy'] as const)('tells a subscribed client of what has changed (%s)', async (mode) => {
    const client = await connect(mode)
    const { promise: updated, resolve } = Promise.withResolvers<string>()
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri))
    if (mode === 'auto') await client.listen({ resourceSubscriptions: [NOTES] })
    else await client.subscribeResource({ uri: NOTES })
    await client.callTool({ name: 'take_note', arguments: { note: mode } })
    expect(await updated).toBe(NOTES)
    await client.close()
  })

  it('makes a call that was put off, and tells of what it has changed', async () => {
    const client = await connect()
    const { promise: updated, resolve } = Promise.withResolvers<void>()
    client.setNotificationHandler('notifications/resources/updated', () => resolve())
    await client.listen({ resourceSubscriptions: [NOTES] })
    await client.callTool({ name: 'note_later', arguments: { note: 'put off', delay_ms: 1 } })
    await updated
    expect(await readNotes()).toContain('put off')
    await client.close()
  })

  it('makes a call that was put off before the daemon was killed', async () => {
    const client = await connect()
    await client.callTool({ name: 'note_later', arguments: { note: 'survived', delay_ms: 1_500 } })
    await client.close()
    const before = readDaemonRecord(home.folder)
    process.kill(before?.pid ?? 0, 'SIGKILL')
    // The open door brings the next daemon up.
    await expect.poll(() => call(meta, 'list_servers').then(({ isError }) => isError), { timeout: 20_000 }).toBe(false)
    await expect.poll(readNotes, { timeout: 10_000 }).toContain('survived')
  })

  it('says what is wrong with a delay, and stores nothing', async () => {
    const client = await connect()
    const result = await client.callTool({
      name: 'note_later',
      arguments: { note: 'never', delay_ms: 40 * 86_400_000 },
    })
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('30 days') }] })
    await client.close()
  })

  it('tells code that its client has cancelled, and lets it tidy up', async () => {
    const client = await connect()
    const cancelling = new AbortController()
    const onprogress = (): void => cancelling.abort()
    const waiting = client.callTool({ name: 'wait_for_end' }, { signal: cancelling.signal, onprogress })
    await expect(waiting).rejects.toThrow(/abort/i)
    await expect.poll(readNotes).toContain('ended: AbortError')
    await client.close()
  })

  it.each(['auto', 'legacy'] as const)('asks several things in one round (%s)', async (mode) => {
    const client = await connect(mode)
    client.setRequestHandler('elicitation/create', async ({ params: { message } }) => ({
      action: 'accept',
      content: { name: message === 'Who?' ? 'Ada' : 'tea' },
    }))
    expect(await client.callTool({ name: 'ask_both', arguments: { greeting: 'Hello' } })).toMatchObject({
      content: [{ text: 'Hello Ada, tea' }],
    })
    await client.close()
  })

  it('answers other calls while as many as there are runners go on in the background', async () => {
    const client = await connect()
    const giveUp = new AbortController()
    const long = Array.from({ length: 3 }, () =>
      client.callTool({ name: 'take_long' }, { signal: giveUp.signal }).catch(() => 'given up'),
    )
    expect((await client.callTool({ name: 'take_note', arguments: { note: 'meanwhile' } })).isError).toBeFalsy()
    expect(await readNotes()).toContain('meanwhile')
    giveUp.abort()
    expect(await Promise.all(long)).toEqual(['given up', 'given up', 'given up'])
    await client.close()
  })

  it('asks again for what was left out, and takes no answers that were given to another call', async () => {
    const first = await rawCall({ greeting: 'Hello' })
    expect(Object.keys(first.result.inputRequests)).toEqual(['who', 'what'])
    const second = await rawCall({ greeting: 'Hello' }, { who: answer('Ada') }, first.result.requestState)
    expect(Object.keys(second.result.inputRequests)).toEqual(['what'])
    const { requestState } = second.result
    const whole = await rawCall({ greeting: 'Hello' }, { what: answer('tea') }, requestState)
    expect(whole.result.content).toMatchObject([{ text: 'Hello Ada, tea' }])
    expect(await rawCall({ greeting: 'Bye' }, { what: answer('tea') }, requestState)).toMatchObject({
      error: { code: -32602 },
    })
  })
})

function answer(name: string): object {
  return { action: 'accept', content: { name } }
}

interface RawAnswer {
  readonly result: {
    readonly inputRequests: object
    readonly requestState: string
    readonly content?: readonly object[]
  }
}

/** One round of 2026-07-28, as it is on the wire. */
async function rawCall(input: object, inputResponses?: object, requestState?: string): Promise<RawAnswer> {
  const { url, token } = await endpoint()
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'ask_both',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'ask_both',
        arguments: input,
        ...(inputResponses && { inputResponses }),
        ...(requestState !== undefined && { requestState }),
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
        },
      },
    }),
  })
  return (await response.json()) as RawAnswer
}
