import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { afterAll, describe, expect, it } from 'vitest'
import { addToolOptions, readToolOptions } from '../../src/cli/verbs/tool-options.ts'
import { describedTools, verbs } from '../../src/cli/verbs/verb.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mcpwright-options-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = path.join(folder, 'tool.json')
writeFileSync(file, '{"type":"object"}')

const schema = {
  type: 'object',
  properties: {
    server: { type: 'string' },
    base_url: { type: 'string' },
    limit: { type: 'integer' },
    preview: { type: 'boolean' },
    hosts: { type: 'array', items: { type: 'string' } },
    mocks: { type: 'array', items: { type: 'object' } },
    input_schema: { type: 'object' },
    effect: { type: 'string', enum: ['read', 'write'] },
    confirm: { type: 'string' },
  },
}

function read(...words: string[]): unknown {
  let found: unknown
  const command = new Command('x').exitOverride().configureOutput({ writeErr: () => {} })
  addToolOptions(command.argument('<server>'), schema, ['server'])
  command.action((server: string, options) => {
    found = readToolOptions(schema, options, { server })
  })
  command.parse(words, { from: 'user' })
  return found
}

describe("a tool's arguments as words of a terminal", () => {
  it('are read by the types of its schema', () => {
    expect(
      read(
        'desk',
        '--base-url',
        'https://a.example',
        '--limit',
        '5',
        '--no-preview',
        '--hosts',
        'a.example',
        'b.example',
      ),
    ).toEqual({
      server: 'desk',
      base_url: 'https://a.example',
      limit: 5,
      preview: false,
      hosts: ['a.example', 'b.example'],
    })
    expect(read('desk', '--preview', '--mocks', '{"a":1}', '{"b":2}')).toEqual({
      server: 'desk',
      preview: true,
      mocks: [{ a: 1 }, { b: 2 }],
    })
  })

  it('take a list of objects one by one, or as one JSON list', () => {
    const mocks = [{ response: { status: 200 } }, { response: { status: 404 } }]
    const [first, second] = mocks.map((mock) => JSON.stringify(mock))
    expect(read('desk', '--mocks', first ?? '', second ?? '')).toMatchObject({ mocks })
    expect(read('desk', '--mocks', JSON.stringify(mocks))).toMatchObject({ mocks })
  })

  it('may be the content of a file', () => {
    expect(read('desk', '--input-schema', `@${file}`)).toEqual({ server: 'desk', input_schema: { type: 'object' } })
    expect(read('desk', '--base-url', '@@home')).toEqual({ server: 'desk', base_url: '@home' })
  })

  it.each([
    [['--limit', 'many'], 'It has to be a number.'],
    [['--input-schema', '{'], 'It has to be JSON'],
    [['--input-schema', '@nowhere.json'], 'The file cannot be read'],
    [['--effect', 'delete'], 'Allowed choices are read, write.'],
    [['--confirm', 'x'], "unknown option '--confirm'"],
    [['--bas-url', 'x'], 'Did you mean --base-url?'],
  ])('are refused with what is wrong: %j', (words, message) => {
    expect(() => read('desk', ...words)).toThrow(message)
  })

  it('can all be given, of every meta tool and every short command', () => {
    for (const { inputSchema } of describedTools())
      expect(() => addToolOptions(new Command('x'), inputSchema)).not.toThrow()
    for (const { tool, positional } of verbs) {
      const { inputSchema } = describedTools().find(({ name }) => name === tool) ?? {}
      expect(Object.keys(Object(inputSchema?.properties))).toEqual(expect.arrayContaining([...positional]))
    }
  })
})
