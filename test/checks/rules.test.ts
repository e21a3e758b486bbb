import { describe, expect, it } from 'vitest'
import { checkDefinition } from '../../src/checks/check-definition.ts'
import type { Connection } from '../../src/model/connection.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import type { JsonSchema, ToolDefinition } from '../../src/model/tool-definition.ts'
import { definitionOf, goodTool, importedTool } from './definition.ts'

const ids = (definition: ServerDefinition, only?: string[]) =>
  checkDefinition(definition, only && { only }).map(({ id }) => id)
const ofTool = (changes: Partial<ToolDefinition>) => ids(definitionOf({ tools: [goodTool(changes)] }))
const withSchema = (properties: Record<string, JsonSchema>, more: JsonSchema = {}) =>
  ofTool({ inputSchema: { type: 'object', properties, additionalProperties: false, ...more } })
const text = { type: 'string', maxLength: 20, description: 'A word.' }

describe('a tool without fault', () => {
  it('has no findings, hand-written or imported', () => {
    expect(ofTool({})).toEqual([])
    expect(ids(definitionOf({ tools: [importedTool('get_book')] }))).toEqual([])
  })
})

describe('names', () => {
  it.each([
    ['N1', 'Find.Book'],
    ['N2', 'shelf_finder'],
    ['N4', 'run'],
    ['N4', 'execute_command'],
    ['N5', `find_${'book_'.repeat(10)}here`],
  ])('are found by %s: %s', (rule, name) => {
    expect(ofTool({ name })).toContain(`${rule}:tool/${name}`)
  })

  it('that differ by a letter are found, and not those that differ by a number', () => {
    const tools = ['find_book', 'find_books', 'find_author'].map((name) => goodTool({ name }))
    expect(ids(definitionOf({ tools }), ['N3'])).toEqual(['N3:tool/find_books'])
    const versions = ['find_book_v1', 'find_book_v2'].map((name) => goodTool({ name }))
    expect(ids(definitionOf({ tools: versions }), ['N3'])).toEqual([])
  })
})

describe('descriptions', () => {
  it.each([
    ['D1', ''],
    ['D2', 'Finds a book.'],
    ['D2', `Finds a book. ${'Returns much. '.repeat(50)}`],
    ['D4', 'A book, by the number that stands on its back, if there is one.'],
    ['D5', 'TODO: Returns a book by its number, or nothing at all.'],
    ['D5', 'Your description here. Returns a book by its number.'],
  ])('are found by %s: %s', (rule, description) => {
    const { outputSchema: _outputSchema, ...tool } = goodTool({ description })
    expect(ids(definitionOf({ tools: [tool] }))).toContain(`${rule}:tool/find_book`)
  })

  it('that are almost the same are found', () => {
    const words = 'Finds a book by the number on its back and returns title, author, year and'
    const tools = [
      goodTool({ description: `${words} publisher.` }),
      goodTool({ name: 'get_novel', description: `${words} place.` }),
      goodTool({ name: 'count_books', description: 'Counts the books of a shelf. Returns how many there are.' }),
    ]
    expect(ids(definitionOf({ tools }), ['D3'])).toEqual(['D3:tool/get_novel'])
  })

  it('of arguments are asked for, but for those whose names say all', () => {
    expect(withSchema({ shelf: { type: 'string', maxLength: 3 } })).toEqual(['D6:tool/find_book'])
    expect(withSchema({ book_id: { type: 'integer' }, limit: { type: 'integer' } })).toEqual([])
  })

  it('that do not find their own tool are found', () => {
    const tools = [
      goodTool({ name: 'find_book', description: 'Finds authors by their names. Returns a list of authors.' }),
      goodTool({ name: 'find_authors', description: 'Finds authors by their names. Returns authors and their names.' }),
    ]
    expect(ids(definitionOf({ tools }), ['E1'])).toEqual(['E1:tool/find_book'])
  })
})

describe('schemas', () => {
  const nested = {
    type: 'object',
    properties: {
      a: {
        type: 'object',
        properties: { b: { type: 'object', properties: { c: { type: 'object', properties: {} } } } },
      },
    },
  }
  it.each<[string, Record<string, JsonSchema>, JsonSchema]>([
    ['S1', {}, { type: 'array' }],
    ['S1', { a: { ...text, type: 'text' } }, {}],
    ['S2', { a: text }, { required: ['b'] }],
    ['S4', { a: { ...nested, description: 'A shelf.' } }, {}],
    ['S5', { a: { ...text, description: 'One of "new", "old" or "lost".' } }, {}],
    ['S6', { a: { type: 'string', description: 'A word.' } }, {}],
    ['S7', { a: { ...text, pattern: '^(a+)+$' } }, {}],
    ['S7', { a: { type: 'object', description: 'Any.', patternProperties: { '(x+x+)+y': {} } } }, {}],
    ['S8', { a: { description: 'A word.', $ref: 'https://evil.example/schema.json' } }, {}],
    ['S9', Object.fromEntries(Array.from({ length: 13 }, (_, index) => [`a${index}`, text])), {}],
  ])('are found by %s', (rule, properties, more) => {
    expect(withSchema(properties, more)).toContain(`${rule}:tool/find_book`)
  })

  it('that take anything, give anything or list without end are found', () => {
    expect(ofTool({ inputSchema: { type: 'object', properties: {} } })).toEqual(['S3:tool/find_book'])
    const { outputSchema: _outputSchema, ...without } = goodTool()
    expect(ids(definitionOf({ tools: [without] }))).toEqual(['S10:tool/find_book'])
    expect(ofTool({ name: 'list_books' })).toContain('S11:tool/list_books')
  })

  it('of an API are its own affair where nobody here could change them', () => {
    const inputSchema = { type: 'object', properties: { word: { type: 'string' } }, additionalProperties: false }
    expect(ids(definitionOf({ tools: [importedTool('list_words', { inputSchema })] }))).toEqual([])
  })
})

describe('tokens', () => {
  const long = 'word '.repeat(500)
  it('are counted for tools and servers that list them, not for those that are searched', () => {
    const tools = Array.from({ length: 20 }, (_, index) =>
      importedTool(`get_${'abcdefghijklmnopqrst'[index]}_part`, { description: long }),
    )
    const found = ids(definitionOf({ tools }), ['T'])
    expect(found).toContain('T1:tool/get_a_part')
    expect(found).toContain('T2:server/library')
    expect(ids(definitionOf({ tools, exposure: 'search' }), ['T1', 'T2'])).toEqual([])
  })

  it('of results are counted by saved tests', () => {
    const result = { content: [{ type: 'text', text: 'x'.repeat(30_000) }] } as const
    const tests = [
      { name: 'all', tool: 'find_book', input: {}, mocks: [], expected: { isError: false, result, secrets: [] } },
    ]
    expect(ids(definitionOf({ tools: [goodTool()], tests }), ['T3'])).toEqual(['T3:tool/find_book'])
  })
})

const testOf = (title: unknown) => {
  const result = { content: [], structuredContent: { title } }
  return {
    name: 'dune',
    tool: 'find_book',
    input: {},
    mocks: [],
    expected: { isError: false, result, secrets: [] },
  }
}

describe('behaviour', () => {
  it('that departs from the output schema is found by saved tests', () => {
    const tools = [goodTool()]
    expect(ids(definitionOf({ tools, tests: [testOf('Dune')] }), ['B3'])).toEqual([])
    expect(ids(definitionOf({ tools, tests: [testOf(7)] }), ['B3'])).toEqual(['B3:tool/find_book'])
  })

  it.each([
    ['GET', 'write', true],
    ['DELETE', 'read', true],
    ['PATCH', 'read', true],
    ['POST', 'read', false],
    ['GET', 'read', false],
    ['DELETE', 'delete', false],
  ] as const)('%s with the effect %s: contradiction %s', (method, effect, isFound) => {
    const tools = [importedTool('touch_book', { method, effect })]
    expect(ids(definitionOf({ tools }), ['B4'])).toEqual(isFound ? ['B4:tool/touch_book'] : [])
  })
})

const code = (source: string) => ofTool({ handler: { kind: 'code', source, hosts: ['api.example.com'] } })

describe('addresses', () => {
  it('over plain http and of other hosts are found, those of this machine are not', () => {
    expect(ids(definitionOf({ tools: [importedTool('get_book', { url: 'http://api.example.com' })] }))).toEqual([
      'X4:tool/get_book',
    ])
    expect(code("return fetch('https://drop.example/x')")).toEqual(['X4:tool/find_book'])
    expect(code("return fetch('http://api.example.com/x')")).toEqual(['X4:tool/find_book'])
    expect(code("return fetch('https://api.example.com/x')")).toEqual([])
    expect(ids(definitionOf({ tools: [importedTool('get_book', { url: 'http://127.0.0.1:8080' })] }))).toEqual([])
    const connections: Connection[] = [{ name: 'notes', url: 'http://notes.example/mcp', transport: 'auto' }]
    expect(ids(definitionOf({ connections }))).toEqual(['X4:connection/notes'])
  })
})

const external = (connection: string, tool: string, changes: Partial<ToolDefinition> = {}) =>
  goodTool({
    name: `${connection}_${tool}`,
    handler: { kind: 'external', connection, tool, digest: 'aaa' },
    ...changes,
  })

describe('connected tools', () => {
  it('that have changed since they were allowed are found, those that are gone are not', () => {
    const definition = definitionOf({ tools: [external('notes', 'find'), external('notes', 'list')] })
    const listed = { notes: { find: 'bbb' } }
    expect(checkDefinition(definition, { listed, only: ['X6'] }).map(({ id, weight }) => [id, weight])).toEqual([
      ['X6:tool/notes_find', 'gate'],
    ])
  })

  it('that speak of the tools of others are found', () => {
    const description = 'Finds a note. Returns its text. Works best after send_mail was called.'
    const tools = [external('notes', 'find', { description }), external('mail', 'send_mail')]
    expect(ids(definitionOf({ tools }), ['X2'])).toEqual(['X2:tool/notes_find'])
    expect(
      ids(definitionOf({ tools: [external('mail', 'find', { description }), tools[1] ?? goodTool()] }), ['X2']),
    ).toEqual([])
  })
})

describe('tools that come together', () => {
  const browse = external('web', 'fetch_page', { description: 'Fetches a web page. Returns its text.' })
  const secrets = external('vault', 'read', { description: 'Reads private notes. Returns their text.' })
  const mail = external('mail', 'send', { description: 'Sends an e-mail to anyone.', effect: 'write' })
  const erase = external('disk', 'erase', { description: 'Erases a volume for good.', effect: 'delete' })

  it('make a leak of text of strangers, private data and a way out (TF001)', () => {
    expect(ids(definitionOf({ tools: [browse, secrets, mail] }), ['TF'])).toEqual(['TF001:server/library'])
    for (const left of [
      [browse, secrets],
      [browse, mail],
      [secrets, mail],
    ]) {
      expect(ids(definitionOf({ tools: left }), ['TF'])).toEqual([])
    }
  })

  it('make a danger of text of strangers and a tool that destroys elsewhere (TF002)', () => {
    expect(ids(definitionOf({ tools: [browse, erase] }), ['TF'])).toEqual(['TF002:server/library'])
    expect(ids(definitionOf({ tools: [secrets, erase] }), ['TF'])).toEqual([])
  })

  it('of one API are told, and stop nothing', () => {
    const tools = [
      importedTool('list_issues', { description: 'Lists issues and their comments.' }),
      importedTool('get_notes', { description: 'Reads private notes.' }),
      importedTool('create_comment', { description: 'Posts a comment.', effect: 'write', method: 'POST' }),
      importedTool('delete_repo', { description: 'Deletes all.', effect: 'delete', method: 'DELETE' }),
    ]
    const found = checkDefinition(definitionOf({ tools }), { only: ['X5', 'TF'] })
    expect(found.map(({ id, weight }) => [id, weight])).toEqual([['X5:server/library', 'advice']])
  })
})
