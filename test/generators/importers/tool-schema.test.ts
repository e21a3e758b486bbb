import { describe, expect, it } from 'vitest'

import { normalizeToolSchema } from '../../../generators/importers/tool-schema.ts'

describe('schemas of hand-written tools', () => {
  it('keeps shared parts, and writes old keywords as JSON Schema 2020-12', () => {
    expect(
      normalizeToolSchema({
        $schema: 'http://json-schema.org/draft-07/schema#',
        properties: {
          node: { $ref: '#/definitions/Node' },
          size: { type: 'number', minimum: 0, exclusiveMinimum: true },
        },
        required: ['node', 'node'],
        definitions: { Node: { type: 'object', properties: { next: { $ref: '#/definitions/Node' } } } },
      }),
    ).toEqual({
      type: 'object',
      properties: { node: { $ref: '#/$defs/Node' }, size: { type: 'number', exclusiveMinimum: 0 } },
      required: ['node'],
      $defs: { Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } } },
    })
  })

  it.each([
    ['a list at the root', { type: 'array' }, 'expected "object"'],
    ['no schema at all', 'string', 'expected "object"'],
    [
      'a reference to another document',
      { type: 'object', properties: { a: { $ref: 'https://x.example/s.json' } } },
      'https://x.example',
    ],
  ])('refuses %s', (_name, schema, message) => {
    expect(() => normalizeToolSchema(schema)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID', message: expect.stringContaining(message) }),
    )
  })
})
