import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, callConfirmed } from './call.ts'
import { type LibraryApi, startLibraryApi } from './library-api.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let api: LibraryApi
let home: TestHome
let client: Client

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome({
    MCPWRIGHT_ALLOW_LOCAL: api.host,
    MCPWRIGHT_ENV_SECRETS: `LIBRARY_TOKEN@${api.host}`,
    LIBRARY_TOKEN: 'correct-horse',
  })
  client = await home.connect()
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

describe('the road from a description to a called tool', () => {
  it('starts a server, and refuses its name a second time', async () => {
    expect((await call(client, 'init_server', { name: 'library', description: 'Books.' })).data).toMatchObject({
      status: 'draft',
    })
    const again = await call(client, 'init_server', { name: 'library', description: 'Books.' })
    expect(again.error.code).toBe('SERVER_NAME_TAKEN')
  })

  it('previews a description without changing anything', async () => {
    const { data, text } = await call(client, 'import_openapi', { server: 'library', content: api.description })
    expect(data).toMatchObject({ operations: 19, hosts: [api.host], selected: 10 })
    expect(data['credentials']).toMatchObject([{ name: 'LIBRARY_TOKEN', hosts: [api.host] }])
    expect(text).toContain('next: import_openapi')
    expect((await call(client, 'get_server', { server: 'library' })).data).toMatchObject({ tool_count: 0 })
  })

  it('adds the operations that were selected', async () => {
    const { data } = await call(client, 'import_openapi', {
      server: 'library',
      content: api.description,
      preview: false,
      select: { methods: ['get', 'post'] },
    })
    expect(data['added']).toContain('list_books')
    expect(data['added']).not.toContain('delete_book')
  })

  it('tries an operation against a mock, in the sandbox, without a request', async () => {
    const before = api.requests.length
    const { data } = await call(client, 'test_tool', {
      server: 'library',
      tool: 'get_book',
      input: { bookId: 1 },
      mocks: [{ request: { url: '*/books/1' }, response: { body: { id: 1, title: 'Dune' } } }],
    })
    expect(data).toMatchObject({
      ok: true,
      result: { structuredContent: { title: 'Dune' } },
      requests: [{ method: 'GET', status: 200 }],
    })
    expect(api.requests.length).toBe(before)
  })

  it('says which argument of a try is wrong', async () => {
    const { error } = await call(client, 'test_tool', { server: 'library', tool: 'get_book', input: {} })
    expect(error).toMatchObject({ code: 'ARGUMENTS_INVALID' })
    expect(error.message).toContain('bookId')
  })

  it('adds a tool of code after trying it once', async () => {
    const { data } = await call(client, 'add_tool', {
      server: 'library',
      name: 'count_words',
      description: 'Counts the words of a text.',
      effect: 'read',
      input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      code: 'console.log("counting")\nreturn { words: input.text.split(" ").length }',
      try: { text: 'so long and thanks' },
    })
    expect(data).toMatchObject({ saved: 'count_words', try: { ok: true, result: { structuredContent: { words: 4 } } } })
    expect(data['try']).toMatchObject({ logs: [{ message: 'counting' }] })
  })

  it('shows where code does not compile, and adds nothing', async () => {
    const { error } = await call(client, 'add_tool', {
      server: 'library',
      name: 'count_badly',
      description: 'Does not compile.',
      effect: 'read',
      input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      code: 'const words: number = input.text\nreturn words',
    })
    expect(error.code).toBe('CODE_INVALID')
    expect(error.message).toMatch(/count_badly\.ts:\d+:\d+ .*not assignable/)
    expect(error.message).toContain('> ')
    expect(
      (await call(client, 'remove_item', { server: 'library', kind: 'tool', name: 'count_badly' })).error.code,
    ).toBe('TOOL_UNKNOWN')
  })

  it('adds a tool that is a request, a resource and a prompt', async () => {
    const tool = await call(client, 'add_tool', {
      server: 'library',
      name: 'find_title',
      description: 'Gives the title of a book.',
      effect: 'read',
      input_schema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      http: { method: 'GET', url: `http://${api.host}/books/{id}`, secret: 'LIBRARY_TOKEN', pick: '/title' },
    })
    expect(tool.data).toMatchObject({ saved: 'find_title', credential: { name: 'LIBRARY_TOKEN' } })
    const resource = await call(client, 'add_resource', {
      server: 'library',
      name: 'rules',
      uri: 'library://rules',
      text: 'Be quiet.',
    })
    expect(resource.data).toMatchObject({ saved: 'rules' })
    const prompt = await call(client, 'add_prompt', {
      server: 'library',
      name: 'recommend',
      description: 'Recommends a book.',
      template: 'Recommend me a book of {{genre}}.',
    })
    expect(prompt.data['arguments']).toEqual([{ name: 'genre', required: true }])
  })

  it('makes a tool of a curl line', async () => {
    const { data } = await call(client, 'add_tool', {
      server: 'library',
      name: 'lend_by_curl',
      description: 'Lends a book.',
      effect: 'write',
      input_schema: { type: 'object', properties: { book: { type: 'integer' } }, required: ['book'] },
      curl: `curl -X POST http://${api.host}/loans -H 'Authorization: Bearer $LIBRARY_TOKEN' -d '{"bookId": "{book}"}'`,
      try: { book: 1 },
      live: true,
    })
    expect(data).toMatchObject({ saved: 'lend_by_curl', credential: { name: 'LIBRARY_TOKEN' }, try: { ok: true } })
    expect(api.requests.at(-1)).toMatchObject({
      method: 'POST',
      url: '/loans',
      authorization: 'Bearer correct-horse',
      body: '{"bookId":1}',
    })
  })

  it('deploys it and gives its address', async () => {
    const { data } = await call(client, 'deploy', { server: 'library' })
    expect(data).toMatchObject({
      version: 1,
      health: 'ok',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/),
    })
  })

  it('makes no second version of what has not changed', async () => {
    expect((await call(client, 'deploy', { server: 'library' })).data).toMatchObject({ version: 1 })
  })

  it('finds a tool by what it does and calls it, with the secret added on the way out', async () => {
    const { data } = await call(client, 'search_tools', { query: 'list all books', server: 'library' })
    const best = { server: 'library', tool: 'list_books', input_schema: expect.objectContaining({ type: 'object' }) }
    expect(data).toMatchObject({ tools: expect.arrayContaining([expect.objectContaining(best)]) })
    const books = await call(client, 'read_tool', { server: 'library', tool: 'list_books', arguments: {} })
    expect(books.data).toMatchObject({ total: 1 })
    expect(api.requests.at(-1)).toMatchObject({ method: 'GET', authorization: 'Bearer correct-horse' })
  })

  it('calls what was written by hand', async () => {
    const words = await call(client, 'call_tool', {
      server: 'library',
      tool: 'count_words',
      arguments: { text: 'a b c' },
    })
    expect(words.data).toMatchObject({ words: 3 })
    const title = await call(client, 'call_tool', { server: 'library', tool: 'find_title', arguments: { id: '1' } })
    expect(title.text).toContain('Dune')
  })

  it('keeps a tool that writes away from read_tool', async () => {
    const { error } = await call(client, 'read_tool', { server: 'library', tool: 'create_book', arguments: {} })
    expect(error).toMatchObject({ code: 'FORBIDDEN', next: { tool: 'call_tool' } })
  })

  it('passes a wrong argument of a called tool back as its error, without a request', async () => {
    const before = api.requests.length
    const { isError, text } = await call(client, 'call_tool', {
      server: 'library',
      tool: 'get_book',
      arguments: { book: 1 },
    })
    expect(isError).toBe(true)
    expect(text).toContain('bookId')
    expect(api.requests.length).toBe(before)
  })

  it('stops and starts it, at the same port', async () => {
    const { data: before } = await call(client, 'list_servers')
    expect((await call(client, 'stop_server', { server: 'library' })).data).toMatchObject({ status: 'stopped' })
    expect((await call(client, 'read_tool', { server: 'library', tool: 'list_books' })).error.code).toBe(
      'SERVER_NOT_RUNNING',
    )
    expect((await call(client, 'start_server', { server: 'library' })).data).toMatchObject({ status: 'running' })
    expect((await call(client, 'list_servers')).data).toEqual(before)
    expect((await call(client, 'read_tool', { server: 'library', tool: 'list_books' })).isError).toBe(false)
  })

  it('keeps the running version when the next one fails', async () => {
    await call(client, 'add_tool', {
      server: 'library',
      name: 'explode',
      description: 'Throws while it loads.',
      effect: 'read',
      input_schema: { type: 'object', properties: {} },
      code: 'const broken = (() => { throw new Error("boom") })()\nexport default () => broken',
    })
    const { error } = await call(client, 'deploy', { server: 'library' })
    expect(error.code).toBe('BUILD_FAILED')
    expect(error.message).toContain('boom')
    expect((await call(client, 'read_tool', { server: 'library', tool: 'list_books' })).isError).toBe(false)
    const { data } = await call(client, 'get_server', { server: 'library', include: ['deployments'] })
    expect(data['deployments']).toMatchObject([{ status: 'running', message: expect.stringContaining('boom') }])
    await callConfirmed(client, 'remove_item', { server: 'library', kind: 'tool', name: 'explode' })
  })

  it('shows the project and its logs', async () => {
    const { data } = await call(client, 'get_server', { server: 'library', include: ['code', 'versions', 'secrets'] })
    expect(data['code']).toContain('src/tools/count_words.ts')
    expect(data['secrets']).toMatchObject([{ name: 'LIBRARY_TOKEN', set: true }])
    const file = await call(client, 'get_server', { server: 'library', file: 'src/tools/count_words.ts' })
    expect(file.data['text']).toContain('export default async function countWords')
    expect((await call(client, 'get_logs', { server: 'library', query: 'ready' })).data['lines']).not.toEqual([])
    const consoleOfCode = await call(client, 'get_logs', { server: 'library', query: 'counting', limit: 1 })
    expect(consoleOfCode.data['lines']).toMatchObject([{ level: 'info', message: 'counting' }])
  })

  it('never shows the secret', async () => {
    const everything = await Promise.all([
      call(client, 'get_server', {
        server: 'library',
        include: ['tools', 'code', 'secrets', 'deployments'],
        format: 'detailed',
      }),
      call(client, 'get_logs', { server: 'library', limit: 500 }),
      call(client, 'test_tool', { server: 'library', tool: 'list_books', live: true }),
    ])
    expect(JSON.stringify(everything)).not.toContain('correct-horse')
  })

  it('deletes it only when that is confirmed, and brings it back', async () => {
    expect((await call(client, 'delete_server', { server: 'library' })).error.code).toBe('CONFIRMATION_NEEDED')
    expect((await call(client, 'get_server', { server: 'library' })).isError).toBe(false)
    expect((await callConfirmed(client, 'delete_server', { server: 'library' })).data).toMatchObject({
      status: 'archived',
    })
    expect((await call(client, 'get_server', { server: 'library' })).error.code).toBe('SERVER_UNKNOWN')
    expect((await call(client, 'delete_server', { server: 'library', restore: true })).isError).toBe(false)
    expect((await call(client, 'get_server', { server: 'library' })).data).toMatchObject({ status: 'stopped' })
    expect((await call(client, 'deploy', { server: 'library' })).isError).toBe(false)
  })
})
