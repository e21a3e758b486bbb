import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { emitOperations } from '../../../generators/project/emit-operations.ts'
import { operationsSchema } from '../../../generators/project/operations-schema.ts'
import { openApiImporter } from '../../../generators/importers/openapi/openapi-importer.ts'
import { startLibraryApi } from '../../e2e/library-api.ts'
import { sampleDefinition } from './sample-definition.ts'

const isRight = new Ajv2020({ strictTypes: false }).compile(JSON.parse(operationsSchema))

function problems(value: unknown): unknown {
  return isRight(value) ? [] : isRight.errors
}

describe('the schema of operations.json', () => {
  it('takes what is generated, and is named there', async () => {
    await using library = await startLibraryApi()
    const { operations, credentials } = await openApiImporter.read(library.description, {})
    const tools = operations.map(({ call, source: _source, label: _label, tags: _tags, ...tool }) => ({
      ...tool,
      handler: { kind: 'operation', call } as const,
    }))
    const many = Array.from({ length: 3 }, () => tools).flat()
    for (const definition of [sampleDefinition, { ...sampleDefinition, tools: many, credentials }]) {
      const written: unknown = JSON.parse(emitOperations(definition))
      expect(problems(written)).toEqual([])
      expect(written).toMatchObject({ $schema: './operations.schema.json' })
    }
  })

  it.each([
    ['an effect that is none', { effect: 'reads' }, '/operations/0/effect'],
    ['a missing call', { call: undefined }, '/operations/0'],
    ['a misspelt member', { descripton: 'x' }, '/operations/0'],
    [
      'a style that is none',
      { call: { parameters: [{ argument: 'a', name: 'a', in: 'query', style: 'x', explode: true }] } },
      '/operations/0/call',
    ],
  ])('finds %s', (_, change, place) => {
    const { operations, ...rest } = JSON.parse(emitOperations(sampleDefinition))
    const [first] = operations
    const changed = {
      ...first,
      ...change,
      ...('call' in change && change.call && { call: { ...first.call, ...change.call } }),
    }
    expect(problems({ ...rest, operations: [JSON.parse(JSON.stringify(changed))] })).toContainEqual(
      expect.objectContaining({ instancePath: expect.stringContaining(place) }),
    )
  })
})
