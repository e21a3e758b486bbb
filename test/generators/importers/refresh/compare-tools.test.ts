import { describe, expect, it } from 'vitest'
import { compareInputs, compareOutputs } from '../../../../src/pipeline/refresh-compare-schema.ts'
import { compareTools } from '../../../../src/pipeline/refresh-compare-tool.ts'
import type { JsonSchema, ToolDefinition } from '../../../../src/model/tool-definition.ts'

const object = (properties: Record<string, unknown>, required: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
})
const a = (schema: unknown) => object({ a: schema })
const text = { type: 'string' }

type Row = readonly [
  before: JsonSchema,
  after: JsonSchema,
  what: string,
  breaksCallers: boolean,
  breaksReaders: boolean,
]

const rows: readonly Row[] = [
  [a(text), object({}), '"a" is gone', true, true],
  [object({}), a(text), '"a" is new', false, false],
  [object({}), object({ a: text }, ['a']), '"a" is new and required', true, false],
  [a(text), object({ a: text }, ['a']), '"a" is required now', true, false],
  [object({ a: text }, ['a']), a(text), '"a" is optional now', false, true],
  [a({ type: 'integer' }), a(text), '"a" is string, was integer', true, true],
  [a({ type: 'integer' }), a({ type: 'number' }), '"a" is number, was integer', false, true],
  [a({ type: 'number' }), a({ type: 'integer' }), '"a" is integer, was number', true, false],
  [a(text), a({ type: ['string', 'null'] }), '"a" is null or string, was string', false, true],
  [a({}), a(text), '"a" is string, was anything', true, false],
  [a({ enum: [1, 2] }), a({ enum: [1] }), '"a" cannot be 2 any more', true, false],
  [a({ enum: [1] }), a({ enum: [1, 2] }), '"a" may also be 2', false, false],
  [a({}), a({ enum: [1] }), '"a" is now one of 1', true, false],
  [a({ const: 1 }), a({}), '"a" may hold other values than 1', false, true],
  [a({ maximum: 10 }), a({ maximum: 5 }), 'maximum of', true, false],
  [a({ maximum: 5 }), a({}), 'maximum of', false, true],
  [a({ minLength: 1 }), a({ minLength: 0 }), 'minLength of', false, true],
  [a({}), a({ minItems: 1 }), 'minItems of', true, false],
  [a(text), a({ ...text, pattern: '^x' }), 'pattern of', true, false],
  [a(text), a({ ...text, format: 'date' }), 'format of', false, false],
  [a(text), a({ ...text, default: 'x' }), 'the default of', false, false],
  [a({ items: text }), a({ items: { type: 'integer' } }), '"a[]" is integer, was string', true, true],
  [a(object({ b: text })), a(object({})), '"a.b" is gone', true, true],
  [object({}), { ...object({}), additionalProperties: false }, 'may hold less', true, false],
  [a({ anyOf: [text] }), a({ anyOf: [text, { type: 'null' }] }), 'the forms (anyOf)', false, true],
  [a({ anyOf: [text, { type: 'null' }] }), a({ anyOf: [text] }), 'the forms (anyOf)', true, false],
  [a({ allOf: [text] }), a({ allOf: [text, { minLength: 1 }] }), 'the forms (allOf)', true, false],
  [
    { ...a({ $ref: '#/$defs/B' }), $defs: { B: object({ c: text }) } },
    { ...a({ $ref: '#/$defs/B' }), $defs: { B: object({}) } },
    '"a.c" is gone',
    true,
    true,
  ],
  [
    { ...a(object({ b: { $ref: '#/$defs/B' } })), $defs: { B: text } },
    { ...a(object({ b: { $ref: '#/$defs/B' } })), $defs: { B: { type: 'integer' } } },
    '"a.b" is integer, was string',
    true,
    true,
  ],
]

const circle = (type: string) => ({
  ...a({ $ref: '#/$defs/B' }),
  $defs: { B: object({ b: { $ref: '#/$defs/B' }, c: { type } }) },
})

describe('two schemas', () => {
  it.each(rows)('%o -> %o: %s', (before, after, what, breaksCallers, breaksReaders) => {
    const input = compareInputs(before, after)
    const output = compareOutputs(before, after)
    expect(input).toEqual([{ what: expect.stringContaining(what), isBreaking: breaksCallers }])
    expect(output).toEqual([{ what: expect.stringContaining(what), isBreaking: breaksReaders }])
  })

  it.each(rows)('%o is the same as itself', (schema) => {
    expect(compareInputs(schema, structuredClone(schema))).toEqual([])
  })

  it('find a `$ref` and what stands for it to be the same', () => {
    const shared = { ...a({ $ref: '#/$defs/B' }), $defs: { B: text } }
    expect(compareInputs(shared, a(text))).toEqual([])
  })

  it('are compared to an end when they go in a circle', () => {
    expect(compareInputs(circle('string'), circle('integer'))).toMatchObject([
      { what: 'argument "a.c" is integer, was string' },
    ])
  })
})

const call = {
  kind: 'http' as const,
  method: 'GET',
  path: '/a',
  servers: [{ url: 'https://api.example.com' }],
  parameters: [],
  accept: ['application/json'],
  security: [['TOKEN']],
}
const tool = {
  name: 'get_a',
  description: 'Gets a.',
  effect: 'read' as const,
  inputSchema: object({}),
  outputSchema: a(text),
}

function toolWith(changes: Partial<ToolDefinition>, callChanges: Partial<typeof call> = {}): ToolDefinition {
  return { ...tool, ...changes, handler: { kind: 'operation', call: { ...call, ...callChanges } } }
}

describe('two tools', () => {
  it.each<[ToolDefinition, string, boolean]>([
    [toolWith({ description: 'Gets an a.' }), 'its description differs', false],
    [toolWith({ effect: 'write' }), 'its effect is write, was read', true],
    [toolWith({}, { method: 'POST', path: '/b' }), 'it is sent as POST /b, was GET /a', false],
    [
      toolWith({}, { servers: [{ url: 'https://evil.example' }] }),
      'it goes to evil.example, was api.example.com',
      true,
    ],
    [toolWith({}, { servers: [{ url: 'https://api.example.com/v2' }] }), 'its server addresses differ', false],
    [toolWith({}, { security: [] }), 'its credentials are none, were TOKEN', false],
    [toolWith({}, { security: [['TOKEN'], ['KEY']] }), 'its credentials are TOKEN, or KEY, were TOKEN', false],
    [toolWith({}, { security: [['TOKEN', 'KEY']] }), 'its credentials are TOKEN and KEY, were TOKEN', true],
    [toolWith({}, { accept: ['text/csv'] }), 'it answers text/csv, was application/json', true],
    [toolWith({}, { accept: ['application/json', 'text/csv'] }), 'it answers application/json, text/csv', false],
    [toolWith({ outputSchema: object({}) }), 'answer "a" is gone', true],
  ])('differ: %o', (after, what, isBreaking) => {
    expect(compareTools(toolWith({}), after)).toEqual([{ what: expect.stringContaining(what), isBreaking }])
  })

  it('are the same when nothing differs, and differ somehow when only details do', () => {
    expect(compareTools(toolWith({}), toolWith({}))).toEqual([])
    const styled = toolWith({})
    const parameters = [{ argument: 'a', name: 'a', in: 'query' as const, style: 'form' as const, explode: true }]
    const after: ToolDefinition = { ...styled, handler: { kind: 'operation', call: { ...call, parameters } } }
    expect(compareTools(styled, after)).toMatchObject([{ isBreaking: false }])
  })
})
