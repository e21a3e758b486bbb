import { describe, expect, it } from 'vitest'
import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import { checkInput } from '../../runtime/library/server/tool-entry.ts'
import { toExternalTool } from '../../src/pipeline/connections/external-tool.ts'
import { readToolInput } from '../../src/pipeline/read-tool-input.ts'

type Schema = Record<string, unknown>

const level = (index: number) => ({ $ref: `#/$defs/S${index}` })

/** Forty levels, each of which refers to the next one twice. */
function doubling(keyword: string): Schema {
  const levels = Array.from({ length: 40 }, (_, index) => [
    `S${index}`,
    { [keyword]: [level(index + 1), level(index + 1)] },
  ])
  return {
    type: 'object',
    properties: { a: level(0) },
    $defs: { ...Object.fromEntries(levels), S40: { type: 'string' } },
  }
}

function nested(depth: number, around: (inner: unknown) => unknown): unknown {
  let schema: unknown = { type: 'string' }
  for (let times = 0; times < depth; times++) schema = around(schema)
  return schema
}

function many(length: number, value: (index: number) => unknown): Schema {
  return Object.fromEntries(Array.from({ length }, (_, index) => [`p${index}`, value(index)]))
}

const object = (properties: Schema, others: Schema = {}) => ({ type: 'object', properties, ...others })
const deep = (levels: number) => nested(levels, (inner) => object({ a: inner })) as Schema

const bombs: Readonly<Record<string, Schema>> = {
  'allOf that doubles': doubling('allOf'),
  'anyOf that doubles': doubling('anyOf'),
  'oneOf that doubles': doubling('oneOf'),
  'properties that double through allOf': {
    ...object({ a: { $ref: '#/$defs/S0' } }),
    $defs: {
      ...Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => {
          const part = object({ a: { $ref: `#/$defs/S${index + 1}` } })
          return [`S${index}`, { allOf: [part, part] }]
        }),
      ),
      S40: { type: 'string' },
    },
  },
  'itself in its own allOf': { type: 'object', allOf: [{ $ref: '#' }] },
  'definitions that hold each other': {
    ...object({ a: { $ref: '#/$defs/A' } }),
    $defs: {
      A: { allOf: [object({ x: { $ref: '#/$defs/B' } }), { $ref: '#/$defs/B' }] },
      B: { anyOf: [{ $ref: '#/$defs/A' }, { type: 'string' }] },
    },
  },
  '10,000 properties': object(many(10_000, () => ({ type: 'string' }))),
  '5,000 parts of allOf': {
    type: 'object',
    allOf: Object.values(many(5_000, (index) => object({ [`p${index}`]: {} }))),
  },
  '100,000 required names': object({}, { required: Array.from({ length: 100_000 }, (_, index) => `v${index}`) }),
  'a depth of 500': deep(500),
  'a default 5,000 deep': object({ a: { default: nested(5_000, (inner) => [inner]) } }),
  'a name of a million characters': object({ ['x'.repeat(1_000_000)]: {} }),
  'a reference to another host': object({ a: { $ref: 'https://evil.example/s.json' } }),
  'a reference to a file': object({ a: { $ref: 'file:///etc/passwd' } }),
  'a reference beside an $id of another host': { $id: 'https://evil.example/', ...object({ a: { $ref: 's.json' } }) },
}

const tool = { name: 'boom', description: 'Booms.', effect: 'read', code: 'return 1' } as const
const refused = { code: 'SCHEMA_INVALID', message: expect.any(String), fix: expect.stringMatching(/./) }

/** Milliseconds of this thread's processor that something takes. */
async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage()
  await work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

describe('the schema of a tool that is added', () => {
  it.each(Object.entries(bombs))('is refused with %s, as input and as output', async (_, schema) => {
    const plain = object({})
    const took = await cpuMs(async () => {
      await expect(readToolInput({ ...tool, input_schema: schema })).rejects.toMatchObject(refused)
      const asOutput = { ...tool, input_schema: plain, output_schema: schema }
      await expect(readToolInput(asOutput)).rejects.toMatchObject(refused)
    })
    expect(took).toBeLessThan(1_000)
  })

  it.each([
    [
      'a tree',
      object(
        { root: { $ref: '#/$defs/N' } },
        { $defs: { N: object({ left: { $ref: '#/$defs/N' }, right: { $ref: '#/$defs/N' } }) } },
      ),
    ],
    ['500 properties', object(many(500, () => ({ type: 'string' })))],
    ['a depth of 30', deep(30)],
    [
      'other words for remote parts, which nobody follows',
      object({ a: { $dynamicRef: 'https://evil.example/s.json' } }),
    ],
  ])('may be %s', async (_, schema) => {
    await expect(readToolInput({ ...tool, input_schema: schema })).resolves.toBeDefined()
  })
})

describe('the schema of a connected tool', () => {
  it.each(Object.entries(bombs))('is refused with %s', (_, inputSchema) => {
    const pinned = { digest: 'd', definition: { name: 'boom', inputSchema } }
    expect(() => toExternalTool(pinned, 'notes', 'notes_boom')).toThrow(expect.objectContaining(refused))
  })
})

describe('the schema of an imported operation', () => {
  it.each([
    'allOf that doubles',
    'anyOf that doubles',
    'oneOf that doubles',
    'properties that double through allOf',
    'a depth of 500',
    '10,000 properties',
  ])('checks arguments in bounded time with %s', async (name) => {
    const [operation] = (await importBody(bombs[name] ?? {})).operations
    let value: unknown = 1
    for (let times = 0; times < 60; times++) value = { a: value }
    const took = await cpuMs(() => checkInput({ inputSchema: operation?.inputSchema ?? {} }, { a: value, body: value }))
    expect(took).toBeLessThan(2_000)
  })
})

async function importBody({ $defs, ...schema }: Schema) {
  const text = JSON.stringify({
    openapi: '3.1.0',
    info: { title: 'Bomb', version: '1' },
    servers: [{ url: 'https://api.example.com' }],
    paths: { '/a': { post: { requestBody: { content: { 'application/json': { schema } } }, responses: {} } } },
    components: { schemas: $defs ?? {} },
  }).replaceAll('#/$defs/', '#/components/schemas/')
  return openApiImporter.read(text, { loadReference: async () => '{}' })
}
