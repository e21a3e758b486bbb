import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './call.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let client: Client
/** Somebody else's, on the one port that deployed servers may have. */
const taken = createServer()

beforeAll(async () => {
  await once(taken.listen(0, '127.0.0.1'), 'listening')
  // A TCP server's address is never a pipe's name.
  const { port } = taken.address() as AddressInfo
  home = await openTestHome({ MCPWRIGHT_PORT_RANGE: `${port}-${port}` })
  client = await home.connect('legacy')
  await call(client, 'init_server', { name: 'draft', description: 'A draft.' })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  taken.close()
})

const tool = {
  server: 'draft',
  name: 'a_tool',
  description: 'A tool.',
  effect: 'read',
  input_schema: { type: 'object', properties: {} },
}

const nextOf = async (name: string, input: object) => (await call(client, name, { ...input })).error.next
const shown = (include: string) => ({ tool: 'get_server', arguments: { server: 'draft', include: [include] } })
const WITH_ID = { input_schema: { type: 'object', properties: { id: { type: 'string' } } } }
const OLD = { serverId: 'draft', toolName: 'a_tool', description: 'A tool.', implementation: 'return 1' }

describe('bad input gets an error with a code and what to do, and leaves nothing half-made', () => {
  it.each([
    ['a server name with capitals', 'init_server', { name: 'Draft', description: 'x' }, 'ARGUMENTS_INVALID'],
    ['a name that is taken', 'init_server', { name: 'draft', description: 'x' }, 'SERVER_NAME_TAKEN'],
    ['an unknown server', 'get_server', { server: 'drafty' }, 'SERVER_UNKNOWN'],
    ['an unknown argument', 'get_server', { serve: 'draft' }, 'ARGUMENTS_INVALID'],
    ['an unknown tool of mcpwright', 'init_servr', { name: 'x' }, 'TOOL_UNKNOWN'],
    ['an unknown tool of a server', 'test_tool', { server: 'draft', tool: 'nothing' }, 'TOOL_UNKNOWN'],
    [
      'a text that is no description',
      'import_openapi',
      { server: 'draft', content: '{"hello": "world"}' },
      'DESCRIPTION_INVALID',
    ],
    [
      'a text that does not parse',
      'import_openapi',
      { server: 'draft', content: '{"openapi": "3.1.0",' },
      'DESCRIPTION_UNREADABLE',
    ],
    ['no source at all', 'import_openapi', { server: 'draft' }, 'ARGUMENTS_INVALID'],
    [
      'a file outside the allowed folders',
      'import_openapi',
      { server: 'draft', file: '/etc/hosts' },
      'FILE_NOT_ALLOWED',
    ],
    [
      'an address on this machine',
      'import_openapi',
      { server: 'draft', url: 'https://127.0.0.1:9/openapi.json' },
      'LOCAL_HOST_BLOCKED',
    ],
    [
      'an address in a private network',
      'import_openapi',
      { server: 'draft', url: 'https://10.1.2.3/openapi.json' },
      'LOCAL_HOST_BLOCKED',
    ],
    [
      'a schema whose root is no object',
      'add_tool',
      { ...tool, input_schema: { type: 'array' }, code: 'return 1' },
      'SCHEMA_INVALID',
    ],
    [
      'a schema with a type that there is not',
      'add_tool',
      { ...tool, input_schema: { type: 'object', properties: { id: { type: 'strng' } } }, code: 'return 1' },
      'SCHEMA_INVALID',
    ],
    ['a try that does not fit', 'add_tool', { ...tool, ...WITH_ID, code: 'return 1', try: { id: 5 } }, 'TOOL_FAILED'],
    ['a rule that there is not', 'check_server', { server: 'draft', only: ['Z9'] }, 'ARGUMENTS_INVALID'],
    ['parameters of a wrong kind', 'add_mcp_tool', { ...OLD, parameters: 'none' }, 'ARGUMENTS_INVALID'],
    ['code that does not parse', 'add_tool', { ...tool, code: 'return (1' }, 'CODE_INVALID'],
    [
      'code that imports a package',
      'add_tool',
      { ...tool, code: "import fs from 'node:fs'\nexport default () => fs" },
      'IMPORT_NOT_ALLOWED',
    ],
    ['neither code nor http', 'add_tool', tool, 'ARGUMENTS_INVALID'],
    ['a schema that is none', 'import_api', { server: 'draft', kind: 'graphql', content: '{}' }, 'DESCRIPTION_INVALID'],
    [
      'a template with fixed text',
      'add_resource',
      { server: 'draft', name: 'notes', uri: 'notes://{id}', text: 'x' },
      'ARGUMENTS_INVALID',
    ],
    [
      'bytes that are no Base64',
      'add_resource',
      { server: 'draft', name: 'picture', uri: 'pictures://one', base64: 'not base64!!' },
      'ARGUMENTS_INVALID',
    ],
    ['a cursor that is none', 'list_servers', { cursor: 'bad' }, 'ARGUMENTS_INVALID'],
    [
      'a prompt argument that no text uses',
      'add_prompt',
      { server: 'draft', name: 'ask', description: 'x', template: 'Hi', arguments: [{ name: 'who' }] },
      'ARGUMENTS_INVALID',
    ],
    ['a server without tools', 'deploy', { server: 'draft' }, 'NOTHING_SELECTED'],
    ['a server that is not deployed', 'call_tool', { server: 'draft', tool: 'a_tool' }, 'SERVER_NOT_RUNNING'],
    ['an unknown target', 'deploy', { server: 'draft', target: 'cloudfare' }, 'ARGUMENTS_INVALID'],
    ['a version that does not exist', 'deploy', { server: 'draft', version: 7 }, 'VERSION_UNKNOWN'],
    ['an item that is not there', 'remove_item', { server: 'draft', kind: 'test', name: 'x' }, 'TEST_UNKNOWN'],
    ['a time that is none', 'get_logs', { server: 'draft', since: 'yesterday' }, 'ARGUMENTS_INVALID'],
  ])('%s', async (_, name, input, code) => {
    const { isError, error } = await call(client, name, input)
    expect(error.code).toBe(code)
    expect(isError).toBe(true)
    expect(error.message.length).toBeGreaterThan(10)
    expect(error.fix.length).toBeGreaterThan(5)
  })

  it('offers the nearest name', async () => {
    expect((await call(client, 'get_server', { server: 'drafft' })).error.fix).toContain('"draft"')
    expect((await call(client, 'init_servr', {})).error.fix).toContain('"init_server"')
    expect((await call(client, 'get_server', { sever: 'draft' })).error.message).toContain('did you mean "server"')
  })

  it('leads on from a server that is not there: to one of a like name, to the list, or to a new one', async () => {
    expect(await nextOf('deploy', { server: 'drafft' })).toEqual({ tool: 'get_server', arguments: { server: 'draft' } })
    expect(await nextOf('get_logs', { server: 'weather' })).toEqual({ tool: 'list_servers', arguments: {} })
    for (const [name, input] of [
      ['import_openapi', { content: '{}' }],
      ['add_tool', { name: 'get_rain' }],
      ['connect_external', { url: 'https://mcp.example/mcp', name: 'rain' }],
    ] as const) {
      const begun = { tool: 'init_server', arguments: { name: 'weather', description: '…' } }
      expect(await nextOf(name, { server: 'weather', ...input })).toEqual(begun)
    }
  })

  it('leads from a name that a server has not to those that it has', async () => {
    expect(await nextOf('remove_item', { server: 'draft', kind: 'prompt', name: 'ask' })).toEqual(shown('prompts'))
    const { data } = await call(client, 'search_tools', { server: 'draft', query: 'rain' })
    expect(data['next']).toEqual([shown('tools')])
  })

  it('tells nothing found from nothing there', async () => {
    const found = await call(client, 'list_servers', { query: 'weather' })
    expect(found.text).toContain('No server has "weather" in its name or description.')
    expect(found.data['next']).toEqual([{ tool: 'list_servers', arguments: {} }])
    expect((await call(client, 'list_servers', { status: 'stopped' })).text).toContain('with status "stopped"')
  })

  it('keeps the draft as it was through all of it', async () => {
    const include = ['tools', 'resources', 'prompts', 'deployments']
    const { data } = await call(client, 'get_server', { server: 'draft', include })
    expect(data).toMatchObject({
      status: 'draft',
      tool_count: 0,
      tools: [],
      resources: [],
      prompts: [],
      deployments: [],
    })
  })

  it('says that the port range is full, and leaves the server as it was', async () => {
    await call(client, 'init_server', { name: 'outside', description: 'x' })
    await call(client, 'add_tool', { ...tool, server: 'outside', code: 'return 1' })
    const { error } = await call(client, 'deploy', { server: 'outside' })
    expect(error).toMatchObject({ code: 'PORT_RANGE_FULL', fix: expect.stringContaining('MCPWRIGHT_PORT_RANGE') })
    const { data } = await call(client, 'get_server', { server: 'outside', include: ['deployments'] })
    expect(data['deployments']).toMatchObject([{ status: 'failed' }])
  })
})
