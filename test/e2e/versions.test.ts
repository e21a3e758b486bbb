import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callConfirmed } from './call.ts'
import { startLibraryApi } from './library-api.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let client: Client
let api: Awaited<ReturnType<typeof startLibraryApi>>

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: api.host, MCPWRIGHT_FILE_TOOLS: '1' })
  client = await home.connect()
  await call(client, 'init_server', { name: 'greeter', description: 'Greets.' })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const add = (name: string, code: string, hosts: readonly string[] = []) =>
  call(client, 'add_tool', {
    server: 'greeter',
    name,
    description: 'Greets somebody.',
    effect: 'read',
    input_schema: { type: 'object', properties: {} },
    code,
    hosts,
    replace: true,
  })
const deploy = () => call(client, 'deploy', { server: 'greeter' })
const say = async (tool: string) => (await call(client, 'read_tool', { server: 'greeter', tool })).text

describe('servers that nobody uses', () => {
  it('are none right after a change', async () => {
    const { data, text } = await call(client, 'cleanup_servers', {})
    expect(data).toEqual({ would_archive: [], next: [{ tool: 'list_servers', arguments: {} }] })
    expect(text).toContain('30 days')
  })
})

describe('the versions of a server', () => {
  it('are told apart in words, and the one that runs is marked', async () => {
    await add('say_hello', 'return "one"')
    await deploy()
    await add('say_hello', 'return "two"')
    await add('ask_library', `return (await fetch('http://${api.host}/books')).status`, [api.host])
    await call(client, 'add_prompt', { server: 'greeter', name: 'greet', description: 'x', template: 'Greet.' })
    expect((await deploy()).data).toMatchObject({ version: 2 })
    const { data } = await call(client, 'get_server', { server: 'greeter', include: ['versions'] })
    expect(data['versions']).toMatchObject([
      {
        version: 2,
        runs_on: ['local'],
        changes: [
          '1 tool added: ask_library',
          '1 tool changed: say_hello',
          '1 prompt added: greet',
          `may reach ${api.host} too`,
        ],
      },
      { version: 1 },
    ])
  })

  it('can be gone back to, without losing the draft or the later version', async () => {
    expect((await callConfirmed(client, 'rollback', { server: 'greeter' })).data).toMatchObject({
      from: 2,
      to: 1,
      health: 'ok',
    })
    expect(await say('say_hello')).toBe('one')
    expect((await callConfirmed(client, 'rollback', { server: 'greeter', version: 2 })).data).toMatchObject({
      from: 1,
      to: 2,
    })
    expect(await say('say_hello')).toBe('two')
    expect(await say('ask_library')).toBe('200')
  })

  it('bring their own hosts back, whatever the draft has become', async () => {
    await callConfirmed(client, 'remove_item', { server: 'greeter', kind: 'tool', name: 'ask_library' })
    await deploy()
    await callConfirmed(client, 'rollback', { server: 'greeter', version: 2 })
    expect(await say('ask_library')).toBe('200')
    await add('say_bye', 'return "bye"')
    const { error } = await call(client, 'read_tool', { server: 'greeter', tool: 'say_bye' })
    expect(error).toMatchObject({ code: 'TOOL_UNKNOWN', message: expect.stringContaining('in the draft') })
    const { data } = await call(client, 'get_server', { server: 'greeter', include: ['versions'] })
    expect(data['versions']).toMatchObject([
      { version: 3, changes: ['1 tool removed: ask_library'] },
      { version: 2, runs_on: ['local'] },
      { version: 1 },
    ])
  })

  it.each([
    [{ version: 2 }, 'runs version 2 already'],
    [{ version: 9 }, 'has no version 9'],
  ])('says what is wrong with %j', async (given, problem) => {
    const { error } = await callConfirmed(client, 'rollback', { server: 'greeter', ...given })
    expect(error).toMatchObject({ code: 'VERSION_UNKNOWN', message: expect.stringContaining(problem) })
  })

  it('say so when there is none to go back to', async () => {
    await callConfirmed(client, 'rollback', { server: 'greeter', version: 1 })
    const { error } = await callConfirmed(client, 'rollback', { server: 'greeter' })
    expect(error.message).toContain('none before it')
    const { error: unknown } = await callConfirmed(client, 'rollback', { server: 'greter' })
    expect(unknown).toMatchObject({ code: 'SERVER_UNKNOWN', fix: expect.stringContaining('greeter') })
  })
})

describe('a file that was changed by hand', () => {
  it('is part of the next version, and of no version before', async () => {
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('write_file')
    const edits = [{ old: '"two"', new: '"three"' }]
    const file = { server: 'greeter', file: 'src/tools/say_hello.ts' }
    expect((await call(client, 'write_file', { ...file, edits })).data).toMatchObject({ change: 'edited', types: 'ok' })
    const { data: ran, error } = await call(client, 'run_script', { server: 'greeter', script: 'build' })
    expect([0, 'SANDBOX_UNAVAILABLE']).toContain(ran['exit_code'] ?? error.code)
    await deploy()
    expect(await say('say_hello')).toBe('three')
    const { data } = await call(client, 'get_server', { server: 'greeter', include: ['versions', 'code'] })
    expect(data['changed_files']).toEqual([{ file: file.file, change: 'edited' }])
    expect(JSON.stringify(data['versions'])).toContain('1 edited file added: src/tools/say_hello.ts')
    await callConfirmed(client, 'rollback', { server: 'greeter', version: 2 })
    expect(await say('say_hello')).toBe('two')
  })
})
