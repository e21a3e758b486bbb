import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as V1HttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDaemonRecord } from '../../src/daemon/daemon-file.ts'
import { call } from './call.ts'
import { type Endpoint, endpointOf } from './endpoint-of.ts'
import { startLibraryApi } from './library-api.ts'
import { launcher, openTestHome, type TestHome } from './test-home.ts'

const run = promisify(execFile)
const info = { name: 'test', version: '1.0.0' }
let api: Awaited<ReturnType<typeof startLibraryApi>>
let home: TestHome
let endpoint: Endpoint

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: api.host })
  const client = await home.connect()
  await call(client, 'init_server', { name: 'desk', description: 'A desk.' })
  await call(client, 'add_tool', {
    server: 'desk',
    name: 'count_up',
    description: 'Counts, with progress, and keeps the sum.',
    effect: 'write',
    input_schema: { type: 'object', properties: { to: { type: 'integer' } }, required: ['to'] },
    code: `for (let n = 1; n <= input.to; n++) { progress(n, input.to, 'at ' + n); await new Promise((r) => setTimeout(r, 10)) }
const sum = Number((await store.get('sum')) ?? 0) + input.to
await store.set('sum', sum)
log('info', 'counted')
return { sum }`,
  })
  await call(client, 'add_tool', {
    server: 'desk',
    name: 'ask_name',
    description: 'Greets by name.',
    effect: 'read',
    input_schema: { type: 'object', properties: {} },
    code: `const answer = await requestInput({ kind: 'form', message: 'Your name?', schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } })
return answer.action === 'accept' ? 'Hello ' + answer.content?.name : 'Hello stranger'`,
  })
  await call(client, 'add_resource', {
    server: 'desk',
    name: 'rules',
    uri: 'desk://rules',
    mime_type: 'text/plain',
    text: 'Be quiet.',
  })
  await call(client, 'add_resource', {
    server: 'desk',
    name: 'drawer',
    uri: 'desk://drawers/{n}',
    code: 'return "drawer " + input.n',
  })
  await call(client, 'add_prompt', {
    server: 'desk',
    name: 'tidy',
    description: 'Tidies.',
    template: 'Tidy {{what}}.',
    arguments: [{ name: 'what', values: ['desk', 'shelf'] }],
  })
  await call(client, 'deploy', { server: 'desk' })
  endpoint = await endpointOf(home, 'desk')
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

async function connectModern(url: string, mode: 'auto' | 'legacy'): Promise<ModernClient> {
  const client = new ModernClient(info, {
    capabilities: { elicitation: { form: {} } },
    ...(mode === 'auto' && { versionNegotiation: { mode } }),
  })
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { name: 'Ada' } }))
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { authorization: `Bearer ${endpoint.token}` } },
    }),
  )
  return client
}

describe('a deployed server', () => {
  it.each([
    ['2026-07-28, on its own port', 'auto', 'url'],
    ['2025-11-25, on its own port', 'legacy', 'url'],
    ['2026-07-28, at its slug', 'auto', 'shared_url'],
    ['2025-11-25, at its slug', 'legacy', 'shared_url'],
  ] as const)('serves tools with progress, resources, prompts and completion to %s', async (_, mode, where) => {
    const client = await connectModern(endpoint[where], mode)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['count_up', 'ask_name'])
    const seen: number[] = []
    const counted = await client.callTool(
      { name: 'count_up', arguments: { to: 4 } },
      { onprogress: ({ progress }) => seen.push(progress) },
    )
    expect(counted).toMatchObject({ structuredContent: { sum: expect.any(Number) } })
    expect(seen.length).toBeGreaterThan(1)
    expect(await client.readResource({ uri: 'desk://drawers/7' })).toMatchObject({ contents: [{ text: 'drawer 7' }] })
    expect(await client.getPrompt({ name: 'tidy', arguments: { what: 'desk' } })).toMatchObject({
      messages: [{ content: { text: 'Tidy desk.' } }],
    })
    const completed = await client.complete({
      ref: { type: 'ref/prompt', name: 'tidy' },
      argument: { name: 'what', value: 's' },
    })
    expect(completed.completion.values).toEqual(['shelf'])
    expect(await client.callTool({ name: 'ask_name', arguments: {} })).toMatchObject({
      content: [{ text: 'Hello Ada' }],
    })
    await client.close()
  })

  it('serves a v1 client', async () => {
    const client = new V1Client(info)
    await client.connect(
      new V1HttpTransport(new URL(endpoint.url), {
        requestInit: { headers: { authorization: `Bearer ${endpoint.token}` } },
      }),
    )
    expect((await client.listTools()).tools).toHaveLength(2)
    expect(await client.callTool({ name: 'count_up', arguments: { to: 1 } })).toMatchObject({
      structuredContent: { sum: expect.any(Number) },
    })
    expect((await client.listResources()).resources).toMatchObject([{ uri: 'desk://rules' }])
    await client.close()
  })

  it('is reached over stdio by name', async () => {
    const client = new ModernClient(info, { versionNegotiation: { mode: 'auto' } })
    const transport = {
      command: process.execPath,
      args: [launcher, 'connect', 'desk'],
      env: home.environment,
      stderr: 'ignore' as const,
    }
    await client.connect(new StdioClientTransport(transport))
    expect((await client.listTools()).tools).toHaveLength(2)
    await client.close()
    await expect(run(process.execPath, [launcher, 'connect', 'dask'], { env: home.environment })).rejects.toMatchObject(
      {
        code: 1,
        stderr: expect.stringContaining('Did you mean "desk"?'),
      },
    )
  })

  it.each([
    ['no token', {}, 401],
    ['the token of the meta server', { authorization: 'meta' }, 401],
    ['a foreign Origin', { authorization: 'own', origin: 'https://evil.example' }, 403],
  ])('refuses %s', async (_, given: Record<string, string>, status) => {
    const tokens: Record<string, string> = { own: endpoint.token, meta: readDaemonRecord(home.folder)?.token ?? '' }
    const headers = {
      'content-type': 'application/json',
      ...given,
      ...(given.authorization && { authorization: `Bearer ${tokens[given.authorization]}` }),
    }
    for (const url of [endpoint.url, endpoint.shared_url]) {
      expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(status)
    }
  })

  it('has a token that does not open the meta server', async () => {
    const { port } = readDaemonRecord(home.folder)!
    const headers = { authorization: `Bearer ${endpoint.token}` }
    expect((await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers, body: '{}' })).status).toBe(401)
  })
})

describe('the MCP Inspector', () => {
  const inspector = path.resolve(import.meta.dirname, '../../node_modules/.bin/mcp-inspector')
  const inspect = async (...words: string[]) => {
    const { stdout } = await run(process.execPath, [inspector, '--cli', ...words], {
      env: { ...home.environment, HOME: home.folder },
    })
    return JSON.parse(stdout) as unknown
  }

  it('lists and calls the meta tools over stdio', async () => {
    // It hands on only the variables it is told to.
    const wanted = Object.entries(home.environment).flatMap(([name, value]) => ['-e', `${name}=${value}`])
    const door = [...wanted, process.execPath, launcher]
    expect(await inspect(...door, '--method', 'tools/list')).toMatchObject({
      tools: expect.arrayContaining([expect.objectContaining({ name: 'deploy' })]),
    })
    expect(await inspect(...door, '--method', 'tools/call', '--tool-name', 'list_servers')).toMatchObject({
      structuredContent: { servers: [{ name: 'desk', status: 'running' }] },
    })
  })
})

describe('a secret that is entered at the terminal', () => {
  it('reaches its host from then on, without passing through a model', async () => {
    const client = await home.connect()
    await call(client, 'init_server', { name: 'library', description: 'Books.' })
    await call(client, 'import_openapi', { server: 'library', content: api.description, preview: false })
    await call(client, 'deploy', { server: 'library' })
    const before = await call(client, 'read_tool', { server: 'library', tool: 'list_books' })
    expect(before.text).toContain('LIBRARY_TOKEN')
    expect(api.requests).toEqual([])

    const setting = run(process.execPath, [launcher, 'secret', 'set', 'LIBRARY_TOKEN', '--server', 'library'], {
      env: home.environment,
    })
    setting.child.stdin?.end('entered-by-hand\n')
    expect((await setting).stdout).toContain(api.host)
    await expect
      .poll(() => call(client, 'read_tool', { server: 'library', tool: 'list_books' }).then(({ isError }) => isError), {
        timeout: 15_000,
      })
      .toBe(false)
    expect(api.requests.at(-1)?.authorization).toBe('Bearer entered-by-hand')
    const shown = await call(client, 'get_server', { server: 'library', include: ['secrets'] })
    expect(shown.data['secrets']).toMatchObject([{ name: 'LIBRARY_TOKEN', set: true }])
    expect(JSON.stringify(shown)).not.toContain('entered-by-hand')
  })
})
