import { describe, expect, it } from 'vitest'

import { openApiImporter } from '../../../../generators/importers/openapi/openapi-importer.ts'
import { importDescription } from '../read-fixture.ts'

async function failure(text: string): Promise<unknown> {
  return openApiImporter.read(text, {}).catch((error: unknown) => error)
}

describe('texts that are no OpenAPI description', () => {
  it.each([
    ['a Postman collection', { info: { schema: 'https://schema.getpostman.com/x' }, item: [] }, 'Postman'],
    ['AsyncAPI', { asyncapi: '3.0.0' }, 'AsyncAPI'],
    ['GraphQL introspection', { data: { __schema: {} } }, 'GraphQL'],
    ['a JSON Schema', { $schema: 'x', type: 'object' }, 'JSON Schema'],
    ['Swagger 1.2', { swaggerVersion: '1.2' }, 'Swagger 1.x'],
    ['something else', { name: 'x', version: '1' }, '"name", "version"'],
    ['an empty object', {}, 'it is empty'],
    ['a list', [], 'a list'],
    ['a future version', { openapi: '4.0.0' }, '"4.0.0"'],
    ['webhooks only', { openapi: '3.1.0', webhooks: {} }, 'webhooks only'],
    ['nothing to call', { openapi: '3.1.0' }, '"paths" is nothing'],
    ['no paths', { openapi: '3.1.0', paths: {} }, '"paths" is empty'],
  ])('says that it found %s', async (_name, value, message) => {
    expect(await failure(JSON.stringify(value))).toMatchObject({
      code: 'DESCRIPTION_INVALID',
      message: expect.stringContaining(message),
    })
  })

  it.each(['', 'hello', '<!doctype html><html></html>'])('refuses %j', async (text) => {
    expect(await failure(text)).toMatchObject({ code: expect.stringMatching(/^DESCRIPTION_/) })
  })

  it.each([
    ['{\n  "openapi": "3.1.0",\n  "paths": {]\n}\n', /line 3, column 13: unexpected "]"/],
    ['openapi: 3.1.0\npaths:\n  - a\n b: c\n', /line [34], column/],
    [`{"openapi": "3.1.0",\n"x": "${'y'.repeat(2_000_000)}",\n"paths": }`, /line 3, column 10: unexpected "}"/],
  ])('names line and column of the fault', async (text, place) => {
    expect(await failure(text)).toMatchObject({ code: 'DESCRIPTION_UNREADABLE', message: expect.stringMatching(place) })
  })
})

const alias = (level: number) =>
  `l${level}: &l${level} [${Array.from({ length: 9 }, () => `*l${level - 1}`).join(', ')}]\n`

/** Of this process, however busy the machine is. What explodes takes minutes. */
const CPU_MS = 5_000

describe('descriptions that are made to hurt', () => {
  const bombs: [string, string][] = [
    [
      'YAML aliases',
      `openapi: 3.1.0\nl0: &l0 [x]\n${Array.from({ length: 9 }, (_, index) => alias(index + 1)).join('')}paths: {}\n`,
    ],
    ['deep YAML', `openapi: 3.1.0\npaths: ${'['.repeat(50_000)}`],
    ['deep JSON', `{"openapi":"3.1.0","paths":{"/a":{"get":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}}`],
    ['many angle brackets', JSON.stringify({ openapi: '3.1.0', info: { title: '<'.repeat(1_000_000) }, paths: {} })],
  ]
  it.each(bombs)('answers quickly to %s', async (_name, text) => {
    const startedWith = process.cpuUsage()
    await failure(text)
    expect(process.cpuUsage(startedWith).user / 1_000).toBeLessThan(CPU_MS)
  })

  it('stays small and quick on schemas that would explode when written out', async () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `S${index}`,
        {
          type: 'object',
          properties: Object.fromEntries(
            Array.from({ length: 20 }, (_item, key) => [
              `p${key}`,
              { $ref: `#/components/schemas/S${(index * 7 + key) % 300}` },
            ]),
          ),
        },
      ]),
    )
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/S0' } } }
    const paths = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`/p${index}`, { post: { requestBody: { content }, responses: {} } }]),
    )
    const startedWith = process.cpuUsage()
    const api = await importDescription({ paths, components: { schemas } })
    expect(process.cpuUsage(startedWith).user / 1_000).toBeLessThan(CPU_MS)
    expect(api.operations).toHaveLength(100)
    for (const { inputSchema } of api.operations) expect(JSON.stringify(inputSchema).length).toBeLessThan(20_000)
  })

  it('reads nested schemas only so deep', async () => {
    let schema: object = { type: 'string' }
    for (let depth = 0; depth < 3_000; depth++) schema = { type: 'array', items: schema }
    const api = await importDescription({
      paths: { '/a': { get: { parameters: [{ name: 'x', in: 'query', schema }], responses: {} } } },
    })
    expect(JSON.stringify(api.operations[0]?.inputSchema).length).toBeLessThan(5_000)
  })

  it('cuts a body that is too large, and keeps its first levels', async () => {
    const wide = (depth: number): object => ({
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 8 }, (_, index) => [
          `field_${index}`,
          depth === 0 ? { type: 'string', description: 'A field with a text about it.' } : wide(depth - 1),
        ]),
      ),
    })
    const content = { 'application/json': { schema: wide(4) } }
    const api = await importDescription({ paths: { '/a': { post: { requestBody: { content }, responses: {} } } } })
    const [operation] = api.operations
    expect(JSON.stringify(operation?.inputSchema).length).toBeLessThan(16_000)
    expect(operation?.inputSchema).toMatchObject({
      properties: { body: { properties: { field_7: { type: 'object' } } } },
    })
  })
})
