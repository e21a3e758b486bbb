import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { startUpstream, type Upstream } from '../fixtures/upstreams/start-upstream.ts'
import { call } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

const run = promisify(execFile)
const inspector = path.resolve(import.meta.dirname, '../../node_modules/.bin/mcp-inspector')
let home: TestHome
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream('modern')
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: upstream.host })
  // The daemon is up when it has answered.
  await call(await home.connect(), 'list_servers')
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

interface Seen {
  readonly tools?: readonly { readonly name: string }[]
  readonly isError?: boolean
  readonly structuredContent?: Readonly<Record<string, unknown>>
  readonly content?: readonly object[]
}

/** What the Inspector's command line prints, of the daemon over HTTP. */
async function inspect(...words: string[]): Promise<Seen> {
  const record = readDaemonRecord(home.folder)
  if (!record) throw new Error('There is no daemon.')
  const header = ['--transport', 'http', '--header', `Authorization: Bearer ${record.token}`]
  const all = [inspector, '--cli', `http://127.0.0.1:${record.port}/mcp`, ...header, ...words]
  const env = { ...home.environment, HOME: home.folder }
  // A tool's failure is its exit code, and its output as ever.
  const { stdout } = await run(process.execPath, all, { env }).catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error && error.stdout !== '') return { stdout: String(error.stdout) }
    throw error
  })
  return JSON.parse(stdout) as Seen
}

const called = new Set<string>()

function callTool(name: string, given: Readonly<Record<string, unknown>>): Promise<Seen> {
  called.add(name)
  const words = Object.entries(given).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return inspect('--method', 'tools/call', '--tool-name', name, ...words.flatMap((word) => ['--tool-arg', word]))
}

/** For a client that shows no forms, what destroys is called twice: the first answer has the second call. */
async function callConfirmed(name: string, given: Readonly<Record<string, unknown>>): Promise<Seen> {
  const asked = await callTool(name, given)
  const { error }: { error?: { code: string; next?: { arguments: Record<string, unknown> } } } = {
    ...asked.structuredContent,
  }
  expect(error).toMatchObject({ code: 'CONFIRMATION_NEEDED' })
  return callTool(name, { ...error?.next?.arguments })
}

const OBJECT = { type: 'object' }
const DESCRIPTION = `openapi: 3.1.0
info: { title: Things, version: '1' }
servers: [{ url: 'https://things.example' }]
paths:
  /things: { get: { operationId: list_things, responses: { '200': { description: All. } } } }
`
const code = (text: string) => ({
  server: 'desk',
  name: 'speak',
  description: 'Says something. Returns it as text.',
  effect: 'read',
  input_schema: OBJECT,
  code: `return "${text}"`,
  replace: true,
})

/** From nothing to a server that runs in two versions, and away again. */
const steps: readonly (readonly [tool: string, input: Readonly<Record<string, unknown>>, shown: object])[] = [
  ['init_server', { name: 'desk', description: 'Tells things.' }, { server: 'desk' }],
  ['add_tool', code('one'), { saved: 'speak' }],
  ['add_resource', { server: 'desk', uri: 'desk://rules', name: 'rules', text: 'Be quiet.' }, { saved: 'rules' }],
  [
    'add_prompt',
    { server: 'desk', name: 'ask', description: 'Asks for it.', template: 'Say something.' },
    { saved: 'ask' },
  ],
  ['import_openapi', { server: 'desk', content: DESCRIPTION }, { operations: 1 }],
  [
    'import_api',
    {
      server: 'desk',
      kind: 'graphql',
      content: 'type Query { number: Int }',
      base_url: 'https://things.example/graphql',
    },
    { operations: 1 },
  ],
  ['test_tool', { server: 'desk', tool: 'speak', input: {} }, { ok: true }],
  ['check_server', { server: 'desk' }, { grade: expect.any(String) }],
  ['request_secrets', { server: 'desk' }, { missing: [] }],
  ['deploy', { server: 'desk' }, { version: 1, health: 'ok' }],
  ['list_servers', {}, { servers: [expect.objectContaining({ name: 'desk', status: 'running' })] }],
  ['get_server', { server: 'desk', include: ['tools'] }, { server: 'desk' }],
  ['search_tools', { query: 'says something' }, { tools: [expect.objectContaining({ tool: 'speak' })] }],
  ['get_logs', { server: 'desk' }, { lines: expect.any(Array) }],
  ['get_install', { server: 'desk', client: 'cursor' }, { client: 'cursor' }],
  ['stop_server', { server: 'desk' }, { status: 'stopped' }],
  ['start_server', { server: 'desk' }, { status: 'running' }],
]

describe('the MCP Inspector on the command line', () => {
  it.each(steps)('calls %s', async (tool, input, shown) => {
    const answer = await callTool(tool, input)
    expect(answer.isError, JSON.stringify(answer)).not.toBe(true)
    expect(answer.structuredContent).toMatchObject(shown)
  })

  it.each(['read_tool', 'call_tool'])('calls a deployed tool with %s', async (tool) => {
    const { content } = await callTool(tool, { server: 'desk', tool: 'speak' })
    expect(JSON.stringify(content)).toContain('one')
  })

  it('connects another server, as far as that goes without a person', async () => {
    const { structuredContent } = await callTool('connect_external', {
      server: 'desk',
      url: upstream.url,
      name: 'notes',
    })
    expect(structuredContent).toMatchObject({ state: 'waiting' })
  })

  it('goes back, removes and deletes with a second call that agrees', async () => {
    await callTool('add_tool', code('two'))
    expect((await callTool('deploy', { server: 'desk' })).structuredContent).toMatchObject({ version: 2 })
    expect((await callConfirmed('rollback', { server: 'desk' })).structuredContent).toMatchObject({ to: 1 })
    const removed = await callConfirmed('remove_item', { server: 'desk', kind: 'resource', name: 'rules' })
    expect(removed.isError).not.toBe(true)
    expect((await callTool('cleanup_servers', {})).isError).not.toBe(true)
    expect((await callConfirmed('delete_server', { server: 'desk' })).structuredContent).toMatchObject({
      status: 'archived',
    })
  })

  it('has called every tool that it lists', async () => {
    const { tools = [] } = await inspect('--method', 'tools/list')
    expect([...called].toSorted()).toEqual(tools.map(({ name }) => name).toSorted())
  })
})
