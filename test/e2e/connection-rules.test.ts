import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stopDaemon } from '../../src/daemon/ensure-daemon.ts'
import { startUpstream, type Upstream } from '../fixtures/upstreams/start-upstream.ts'
import { NOTES, type UpstreamTool } from '../fixtures/upstreams/upstream-tools.ts'
import { call, callConfirmed } from './call.ts'
import { startInboxBrowser } from './inbox-browser.ts'
import { allow, inboxLink } from './inbox-link.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const TOKEN = 'planted-token-91ab'
const LEAK: UpstreamTool = {
  name: 'leak_note',
  description: 'Says what it was sent.',
  behaviour: 'leak',
  annotations: { readOnlyHint: true },
}
let open: Upstream
let guarded: Upstream
let home: TestHome
let meta: Client

beforeAll(async () => {
  open = await startUpstream('modern')
  guarded = await startUpstream('modern', TOKEN)
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: `${open.host},${guarded.host}` })
  meta = await home.connect()
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await open[Symbol.asyncDispose]()
  await guarded[Symbol.asyncDispose]()
})

const connect = (server: string, more: Record<string, unknown> = {}) =>
  call(meta, 'connect_external', { server, url: open.url, name: 'notes', ...more })
const read = (server: string, tool: string, input = {}) => call(meta, 'read_tool', { server, tool, arguments: input })
const toolsOf = async (server: string) =>
  ((await call(meta, 'get_server', { server })).data['tools'] as readonly { name: string }[]).map(({ name }) => name)

async function makeServer(name: string): Promise<void> {
  await call(meta, 'init_server', { name, description: 'A desk.' })
}

describe('connect_external', () => {
  it('refuses addresses that carry a key, and says what else is wrong', async () => {
    await makeServer('strict')
    const { error } = await connect('strict', { url: 'https://user:pass@mcp.example/mcp' })
    expect(error.code).toBe('SECRET_IN_ARGUMENT')
    for (const query of ['apiKey=abc', 'access_token=abc', 'X-Amz-Signature=abc'])
      expect((await connect('strict', { url: `https://mcp.example/mcp?${query}` })).error.code).toBe(
        'SECRET_IN_ARGUMENT',
      )
    expect((await connect('strict', { url: 'file:///etc/passwd' })).error.code).toBe('ARGUMENTS_INVALID')
    expect((await connect('strict', { name: 'Not Good' })).error.code).toBe('ARGUMENTS_INVALID')
    expect((await connect('nowhere')).error.code).toBe('SERVER_UNKNOWN')
    const none = await connect('strict', { tools: ['missing_*'] })
    expect(none.error).toMatchObject({ code: 'NOTHING_SELECTED', fix: expect.stringContaining('get-note') })
    expect((await connect('strict', { url: 'http://127.0.0.1:9/mcp' })).error.code).toBe('LOCAL_HOST_BLOCKED')
  })

  it('answers to its older name, and waits for a person until its host is allowed', async () => {
    await makeServer('first')
    const asked = await call(meta, 'connect_external_mcp', {
      serverId: 'first',
      serverUrl: open.url,
      serverName: 'My Notes',
      transport: 'auto',
    })
    expect(asked.data).toMatchObject({ connection: 'my_notes', state: 'waiting' })
    expect(await toolsOf('first')).toEqual([])
    // What has changed since the page was shown is not allowed by it.
    const browser = startInboxBrowser()
    const page = await browser.open(await inboxLink(home))
    const stale = /value="(allow-[^"]+)"/.exec(page.text)?.[1] ?? ''
    await open.offer(NOTES.map((tool) => ({ ...tool, description: `${tool.description} Once more.` })))
    await connect('first', { name: 'my_notes' })
    const answered = await browser.submit(page, 'Connect &#34;my_notes&#34;', { answer: stale })
    expect(answered.text).toContain('look again')
    expect(await toolsOf('first')).toEqual([])
    await open.offer(NOTES)
    await connect('first', { name: 'my_notes' })
    await allow(home, 'Connect &#34;my_notes&#34;', 'Allow these tools')
    expect(await toolsOf('first')).toHaveLength(8)
  })

  it('offers what is chosen at once from an allowed host, tells collisions, and takes out what is chosen no more', async () => {
    await makeServer('second')
    await call(meta, 'add_tool', {
      server: 'second',
      name: 'notes_write_note',
      description: 'Is here already.',
      effect: 'read',
      input_schema: { type: 'object', properties: {} },
      code: 'return 1',
    })
    const chosen = await connect('second', { tools: ['get*', 'write_note'] })
    expect(chosen.data).toMatchObject({ state: 'connected' })
    const told = chosen.data['tools'] as readonly { tool: string; as?: string; state: string }[]
    expect(told.find(({ tool }) => tool === 'write_note')?.as).toMatch(/^notes_write_note_[0-9a-f]{6}$/)
    expect(told.find(({ tool }) => tool === 'drop_note')?.state).toBe('not chosen')
    expect(await toolsOf('second')).toHaveLength(4)
    const narrowed = await connect('second', { tools: ['get-note'] })
    expect(narrowed.data['withdrawn']).toEqual(['getNote', 'write_note'])
    expect(await toolsOf('second')).toEqual(['notes_write_note', 'notes_get_note'])
    const other = await connect('second', { url: guarded.url })
    expect(other.error).toMatchObject({ code: 'CONNECTION_NAME_TAKEN', next: { tool: 'remove_item' } })
  })

  it('is tried without being deployed, for real only', async () => {
    const tried = await call(meta, 'test_tool', { server: 'second', tool: 'notes_get_note', input: { text: 'tried' } })
    expect(tried.data).toMatchObject({ ok: true, result: { content: [{ text: 'get-note: {"text":"tried"}' }] } })
    const mocked = await call(meta, 'test_tool', {
      server: 'second',
      tool: 'notes_get_note',
      mocks: [{ response: {} }],
    })
    expect(mocked.error.code).toBe('ARGUMENTS_INVALID')
  })

  it('is part of versions, and leaves with remove_item', async () => {
    await call(meta, 'deploy', { server: 'second' })
    expect((await read('second', 'notes_get_note', { text: 'x' })).text).toContain('get-note')
    expect(
      (await callConfirmed(meta, 'remove_item', { server: 'second', kind: 'connection', name: 'notes' })).isError,
    ).toBe(false)
    expect(await toolsOf('second')).toEqual(['notes_write_note'])
    // What runs keeps it until the next deploy.
    expect((await read('second', 'notes_get_note', { text: 'y' })).text).toContain('get-note')
    await call(meta, 'deploy', { server: 'second' })
    const { data } = await call(meta, 'get_server', { server: 'second', include: ['versions'] })
    expect(JSON.stringify(data['versions'])).toContain('1 tool removed: notes_get_note')
    const missing = await callConfirmed(meta, 'remove_item', { server: 'second', kind: 'connection', name: 'notes' })
    expect(missing.error.code).toBe('CONNECTION_UNKNOWN')
  })
})

describe('a connection that wants a token', () => {
  it('gets the one that a person entered, and it comes back from no call', async () => {
    await guarded.offer([...NOTES, LEAK])
    await makeServer('guarded')
    const asked = await connect('guarded', { url: guarded.url })
    expect(asked.error).toMatchObject({ code: 'SECRET_MISSING', next: { tool: 'request_secrets' } })
    const wanted = await call(meta, 'request_secrets', { server: 'guarded' })
    expect(wanted.data).toMatchObject({ missing: [{ name: 'NOTES_TOKEN', host: guarded.host }] })
    const browser = startInboxBrowser()
    const page = await browser.open(String(wanted.data['link']))
    await browser.submit(page, 'NOTES_TOKEN for', { answer: 'enter', value: TOKEN })
    expect((await connect('guarded', { url: guarded.url })).data).toMatchObject({ state: 'waiting' })
    await allow(home, guarded.host, 'Allow these tools')
    await call(meta, 'deploy', { server: 'guarded' })
    const leaked = await read('guarded', 'notes_leak_note')
    expect(leaked.text).toContain('It was sent Bearer [NOTES_TOKEN].')
    const tried = await call(meta, 'test_tool', { server: 'guarded', tool: 'notes_leak_note', input: {} })
    expect(JSON.stringify([leaked, tried])).not.toContain(TOKEN)
    const { data } = await call(meta, 'get_server', { server: 'guarded', file: '.env.example' })
    expect(data['text']).toContain('NOTES_TOKEN=')
  })
})

describe('tools that were allowed', () => {
  it('wait in the inbox as soon as their server says that they have changed, without a call', async () => {
    await call(meta, 'deploy', { server: 'first' })
    await read('first', 'my_notes_get_note', {})
    await open.offer(NOTES.map((tool) => (tool.name === 'getNote' ? { ...tool, description: 'Other.' } : tool)))
    await expect
      .poll(async () => (await call(meta, 'list_servers')).text, { timeout: 10_000 })
      .toContain('allow changes of getNote (connection "my_notes" of "first")')
    await open.offer(NOTES)
    await expect
      .poll(async () => (await call(meta, 'list_servers')).text, { timeout: 10_000 })
      .not.toContain('allow changes of getNote')
  })

  it('are told to be gone when they are, and new ones are only told', async () => {
    const added = { ...LEAK, name: 'brand_new' }
    await open.offer([...NOTES.filter(({ name }) => name !== 'get-note'), added])
    expect((await read('first', 'my_notes_get_note')).text).toContain('TOOL_GONE')
    expect((await call(meta, 'get_server', { server: 'first' })).data).toMatchObject({
      connections: [{ gone: ['get-note'], new: ['brand_new'] }],
    })
    await open.offer(NOTES)
    expect((await read('first', 'my_notes_get_note')).text).toContain('get-note')
  })

  it('are compared when the daemon starts', async () => {
    await meta.close()
    await stopDaemon(home.config)
    await open.offer(
      NOTES.map((tool) => ({ ...tool, inputSchema: { type: 'object', properties: { cc: { type: 'string' } } } })),
    )
    meta = await home.connect()
    await expect
      .poll(async () => (await call(meta, 'list_servers')).text, { timeout: 15_000 })
      .toContain('connection "my_notes" of "first"')
    const page = await startInboxBrowser().open(await inboxLink(home))
    expect(page.text).toContain('Its parameters: new: cc; gone: text.')
    await open.offer(NOTES)
    expect((await read('first', 'my_notes_get_note')).text).toContain('get-note')
  })

  it('are called no more when a person takes their host back', async () => {
    const browser = startInboxBrowser()
    const page = await browser.open(await inboxLink(home))
    const token = /name="form_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const fields = { form_token: token, grant: `connection ${open.host}` }
    expect((await browser.post(page, '/inbox/withdraw', fields)).text).toContain('called no more')
    expect((await read('first', 'my_notes_get_note')).text).toContain('FORBIDDEN')
  })
})
