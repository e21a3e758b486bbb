import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from './call.ts'
import { startLibraryApi } from './library-api.ts'
import { openTestHome, type TestHome } from './test-home.ts'

let home: TestHome
let client: Client
let api: Awaited<ReturnType<typeof startLibraryApi>>

beforeAll(async () => {
  api = await startLibraryApi()
  home = await openTestHome({ MCPWRIGHT_ALLOW_LOCAL: api.host })
  client = await home.connect()
  await call(client, 'init_server', { name: 'desk', description: 'Has code.' })
})

afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

const add = (name: string, code: string, more: object = {}) =>
  call(client, 'add_tool', {
    server: 'desk',
    name,
    description: 'Does something for a test. Returns a text.',
    effect: 'read',
    input_schema: { type: 'object', properties: { text: { type: 'string' } } },
    code,
    hosts: [api.host],
    ...more,
  })
const edit = (name: string, old: string, text: string, more: object = {}) =>
  call(client, 'add_tool', { server: 'desk', name, edits: [{ old, new: text }], ...more })
const resultOf = ({ data }: Awaited<ReturnType<typeof call>>) =>
  (data as { try?: { result?: { content: { text: string }[] } } }).try?.result?.content[0]?.text

describe('code that imports', () => {
  it.each([
    [
      'date-fns',
      `import { addDays, formatISO } from 'date-fns'\nreturn formatISO(addDays(new Date(2026, 0, 30), 3), { representation: 'date' })`,
      '2026-02-02',
    ],
    [
      'croner',
      `import { Cron } from 'croner'\nreturn new Cron('0 8 * * *', { timezone: 'Asia/Tokyo' }).nextRun('2026-01-30T00:00:00Z')`,
      '2026-01-30T23:00:00.000Z',
    ],
    ['zod', `import * as z from 'zod'\nreturn z.object({ n: z.coerce.number() }).parse({ n: '7' }).n`, '7'],
    ['yaml', `import { parse } from 'yaml'\nreturn parse('a: [1, 2]').a.length`, '2'],
    [
      'fast-xml-parser',
      `import { XMLParser } from 'fast-xml-parser'\nreturn new XMLParser().parse('<a><b>9</b></a>').a.b`,
      '9',
    ],
    [
      'jose',
      `import { SignJWT, jwtVerify } from 'jose'
       const key = new TextEncoder().encode('a-key-of-at-least-thirty-two-bytes')
       const token = await new SignJWT({ who: 'ada' }).setProtectedHeader({ alg: 'HS256' }).sign(key)
       return (await jwtVerify(token, key)).payload.who`,
      'ada',
    ],
  ])('%s runs in the sandbox', async (name, code, expected) => {
    const answer = await add(`use_${name.replaceAll('-', '_')}`, code, { try: {} })
    expect(answer.error).toMatchObject({ code: '', message: '' })
    expect(resultOf(answer)).toBe(expected)
  })

  it.each([
    ['axios', 'Use fetch, which is there already.'],
    ['node:fs', 'Use store for values that last'],
    ['zodd', 'Did you mean "zod"?'],
    ['../../../etc/passwd', 'Packages that can be imported: croner, date-fns, fast-xml-parser, jose, yaml, zod'],
    ['left-pad', '"../shared/NAME.ts"'],
  ])('%s is refused, with what to use instead', async (name, alternative) => {
    const { error } = await add('use_other', `import x from '${name}'\nreturn x`)
    expect(error.code).toBe('IMPORT_NOT_ALLOWED')
    expect(error.message).toContain(`imports "${name}" (line 1)`)
    expect(error.fix).toContain(alternative)
  })

  it('a file that the server shares has it for every tool, in the project too', async () => {
    const shared = { 'money.ts': 'export const euros = (cents: number): string => `€ ${(cents / 100).toFixed(2)}`\n' }
    const code = `import { euros } from '../shared/money.ts'\nreturn euros(1250)`
    expect(resultOf(await add('first_price', code, { shared, try: {} }))).toBe('€ 12.50')
    expect(resultOf(await add('second_price', code, { try: {} }))).toBe('€ 12.50')
    const wrong = await add('third_price', `import { euros } from '../shared/money.ts'\nreturn euros('x')`)
    expect(wrong.error.message).toContain("Argument of type 'string' is not assignable to parameter of type 'number'")
    await call(client, 'deploy', { server: 'desk' })
    expect((await call(client, 'read_tool', { server: 'desk', tool: 'second_price' })).text).toBe('€ 12.50')
    expect((await call(client, 'get_server', { server: 'desk', file: 'src/shared/money.ts' })).text).toContain('euros')
    expect((await call(client, 'get_server', { server: 'desk', file: 'package.json' })).text).toContain('"date-fns": "')
  })

  it('that says it only reads can not delete, in a try that is live either', async () => {
    const before = api.requests.length
    const code = `return (await fetch('http://${api.host}/books/1', { method: 'DELETE' })).status`
    const { error } = await add('peek_book', code, { try: {}, live: true })
    expect(error).toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('"peek_book" says that it only reads, so it may not send DELETE'),
    })
    expect(api.requests.length).toBe(before)
  })

  it('shared files have names of their own, and one that is taken away is missed', async () => {
    const wrong = await add('odd_name', 'return 1', { shared: { '../evil.ts': 'export {}' } })
    expect(wrong.error.message).toContain('"../evil.ts" is no name of a shared file')
    const gone = await add('late_price', `import { euros } from '../shared/money.ts'\nreturn euros(1)`, {
      shared: { 'money.ts': null },
    })
    expect(gone.error).toMatchObject({ code: 'CODE_INVALID', message: expect.stringContaining('money.ts') })
  })
})

describe('a refused tool', () => {
  it('is kept as a draft, which edits amend without sending it again', async () => {
    const { error } = await add('count_letters', 'const letters = input.text.lenght\nreturn letters', {
      try: { text: 'four' },
    })
    expect(error.code).toBe('CODE_INVALID')
    expect(error.fix).toContain('kept as a draft')
    expect(error.next).toMatchObject({ tool: 'add_tool', arguments: { server: 'desk', name: 'count_letters' } })
    const twice = await edit('count_letters', 'letters', 'x')
    expect(twice.error.message).toContain('"letters" stands 2 times in the code')
    const nowhere = await edit('count_letters', 'size', 'x')
    expect(nowhere.error).toMatchObject({
      code: 'ARGUMENTS_INVALID',
      fix: expect.stringContaining('It begins: const'),
    })
    expect(resultOf(await edit('count_letters', 'input.text.lenght', 'input.text?.length'))).toBe('4')
  })

  it('is held to its schemas by its try, and amended without edits', async () => {
    const output_schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
    const wrong = await add('measure_text', 'return { n: input.text }', { output_schema, try: { text: 'abc' } })
    expect(wrong.error).toMatchObject({
      code: 'TOOL_FAILED',
      message:
        '"measure_text" was not added, because what its try gave does not fit its output_schema: n must be number.',
      fix: expect.stringContaining('kept as a draft'),
    })
    const input = { server: 'desk', name: 'measure_text' }
    const right = { type: 'object', properties: { n: { type: 'string' } }, required: ['n'] }
    const amended = await call(client, 'add_tool', { ...input, output_schema: right })
    expect(amended.data).toMatchObject({ saved: 'measure_text', try: { result: { structuredContent: { n: 'abc' } } } })
  })

  it('and one that is there is amended in its place, with whatever else is given', async () => {
    const description = 'Counts the letters of a text. Returns twice as many.'
    const amended = await edit('count_letters', 'return letters', 'return (letters ?? 0) * 2', { description })
    expect(resultOf(amended)).toBeUndefined()
    expect(amended.data).toMatchObject({ saved: 'count_letters' })
    const tried = await call(client, 'test_tool', { server: 'desk', tool: 'count_letters', input: { text: 'abc' } })
    expect(tried.data).toMatchObject({ result: { content: [{ text: '6' }] } })
  })

  it('is nothing to amend when it was never there', async () => {
    expect((await edit('never_seen', 'a', 'b')).error).toMatchObject({ code: 'TOOL_UNKNOWN' })
    const incomplete = await call(client, 'add_tool', { server: 'desk', name: 'never_seen', code: 'return 1' })
    expect(incomplete.error.message).toContain('misses description, input_schema, effect')
  })
})

const borrow = (host: string) => `
  const books = await (await fetch('http://${host}/books')).json()
  const answer = await fetch('http://${host}/books', { method: 'POST', body: '{}' })
  return { total: books.total, status: answer.status }`

describe('a try of a tool that changes something', () => {
  it('sends what reads alone, and says what it did not send, unless it is live', async () => {
    const code = borrow(api.host)
    const posts = () => api.requests.filter(({ method }) => method === 'POST').length
    const tried = await add('borrow_book', code, { effect: 'write', try: {} })
    expect(resultOf(tried)).toBe('{"total":1,"status":200}')
    expect(tried.data).toMatchObject({ try: { not_sent: [`POST http://${api.host}/books`] } })
    expect(tried.text).toContain('Not sent')
    expect(posts()).toBe(0)
    const live = await add('borrow_book', code, { effect: 'write', try: {}, live: true, replace: true })
    expect(resultOf(live)).toBe('{"total":1,"status":201}')
    expect(posts()).toBe(1)
  })
})
