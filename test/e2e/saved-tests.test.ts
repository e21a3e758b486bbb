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
  home = await openTestHome({
    MCPWRIGHT_ALLOW_LOCAL: api.host,
    MCPWRIGHT_ENV_SECRETS: `LIBRARY_TOKEN@${api.host}`,
    LIBRARY_TOKEN: 'tok-library-51a7',
  })
  client = await home.connect()
  await call(client, 'init_server', { name: 'desk', description: 'Answers questions about books.' })
  await call(client, 'import_openapi', {
    server: 'desk',
    content: api.description,
    preview: false,
    select: { operations: ['list_books', 'get_book', 'create_book'] },
  })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const tryOut = (tool: string, input: object, more: object = {}) =>
  call(client, 'test_tool', { server: 'desk', tool, input, ...more })
const addCode = (code: string) =>
  call(client, 'add_tool', {
    server: 'desk',
    name: 'count_books',
    description: 'Counts the books of the catalogue. Returns a number.',
    effect: 'read',
    input_schema: { type: 'object', properties: {} },
    code,
    hosts: [api.host],
    replace: true,
  })
const countBy = (formula: string) =>
  addCode(`
  const { total } = await (await fetch('http://${api.host}/books?page=1')).json()
  return ${formula}`)

describe('a try without mocks', () => {
  it('of a tool that changes something is answered from the description, and nothing is sent', async () => {
    const before = api.requests.length
    const { data, text } = await tryOut('create_book', { body: { title: 'Dune', authorId: 1 } })
    expect(data).toMatchObject({ ok: true, live: false, violations: [], requests: [{ method: 'POST', status: 201 }] })
    expect(text).toMatch(/answered from (the description's own example|the schema of the answer)/)
    expect(api.requests.length).toBe(before)
  })

  it('of a tool that reads is live', async () => {
    expect((await tryOut('get_book', { bookId: 1 })).data).toMatchObject({ ok: true, live: true })
    expect(api.requests.at(-1)).toMatchObject({ url: '/books/1', authorization: 'Bearer tok-library-51a7' })
  })
})

describe('a run that is saved', () => {
  it('is a test of its result and requests, without the secret it used', async () => {
    const { data, text } = await tryOut('get_book', { bookId: 1 }, { save_as: 'dune' })
    expect(data).toMatchObject({
      saved: { name: 'dune', expects: ['success', 'the same result', 'the same requests'] },
    })
    expect(text).toContain('Saved as "dune"')
    const shown = await call(client, 'get_server', { server: 'desk', include: ['tests'] })
    expect(shown.data['tests']).toMatchObject([{ name: 'dune', tool: 'get_book', input: { bookId: 1 }, answers: 1 }])
    const file = await call(client, 'get_server', { server: 'desk', file: 'test/saved-tests.json' })
    expect(file.error.code).toBe('VERSION_UNKNOWN')
  })

  it('does not expect what differs from run to run', async () => {
    await addCode('return { now: Date.now(), random: Math.random() }')
    const { data } = await tryOut('count_books', {}, { save_as: 'clock' })
    expect(data).toMatchObject({ saved: { expects: ['success', 'the same requests'] } })
    await callConfirmed(client, 'remove_item', { server: 'desk', kind: 'test', name: 'clock' })
  })

  it('is not saved when it gave no result', async () => {
    await addCode('throw new Error("no catalogue today")')
    const { error } = await tryOut('count_books', {}, { save_as: 'broken' })
    expect(error).toMatchObject({ code: 'TOOL_FAILED' })
    expect(error.message).toContain('no catalogue today')
  })

  it('answers the tries that come after it', async () => {
    await countBy('total')
    await tryOut('count_books', {}, { save_as: 'one_book' })
    const before = api.requests.length
    const { data } = await tryOut('count_books', {}, { live: false })
    expect(data).toMatchObject({
      ok: true,
      answers_from: 'the saved test "one_book"',
      result: { content: [{ text: '1' }] },
    })
    expect(api.requests.length).toBe(before)
  })
})

describe('a deploy', () => {
  it('repeats the saved tests, also in the project that can be taken away', async () => {
    const { data } = await call(client, 'deploy', { server: 'desk' })
    expect(data).toMatchObject({ version: 1, tests_passed: 2 })
    const { text } = await call(client, 'get_server', { server: 'desk', file: 'test/saved-tests.json' })
    expect(text).toContain('"name": "dune"')
    expect(text).not.toContain('tok-library-51a7')
  })

  it('fails when one no longer passes, says in what, and leaves the version before running', async () => {
    await countBy('total + 1')
    const { error } = await call(client, 'deploy', { server: 'desk' })
    expect(error.code).toBe('TEST_FAILED')
    expect(error.message).toMatch(
      /1 of 2 saved tests fail in version 2\. "one_book" of count_books: its result has .*2.* was saved\. Version 1 still runs\./,
    )
    expect((await call(client, 'read_tool', { server: 'desk', tool: 'count_books' })).text).toBe('1')
    await tryOut('count_books', {}, { save_as: 'one_book' })
    expect((await call(client, 'deploy', { server: 'desk' })).data).toMatchObject({ version: 3, tests_passed: 2 })
  })

  it('of an older version repeats the tests of that version', async () => {
    const { data } = await call(client, 'get_server', { server: 'desk', include: ['versions'] })
    expect(data['versions']).toMatchObject([{ version: 3 }, { version: 2, never_ran: true }, { version: 1 }])
    expect((await callConfirmed(client, 'rollback', { server: 'desk' })).data).toMatchObject({ from: 3, to: 1 })
  })
})
