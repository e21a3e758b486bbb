import { MetaError } from '../../src/errors/meta-error.ts'
import { nearestName } from '../../src/model/names.ts'

/**
 * Refuses a hand-written schema with a type that there is not: it would mean nothing, and let everything through.
 * JSON Schema 2020-12, Validation, section 6.1.1.
 * @param label  the argument that holds it
 * @throws MetaError SCHEMA_INVALID naming each with its JSON pointer
 */
export function refuseUnknownTypes(label: string, schema: unknown): void {
  const wrong = [...unknownTypes(schema, '')]
  const [first] = wrong
  if (!first) return
  const near = nearestName(first.type, TYPES)
  throw new MetaError(
    'SCHEMA_INVALID',
    `${label}: ${wrong.map(({ pointer, type }) => `${pointer} is "${type}"`).join(', ')}; expected ${TYPES.join(', ')}.`,
    near ? `Did you mean "${near}"?` : 'Give each property one of these types.',
  )
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
const DEEPEST = 30

/** Where schemas stand in a schema: alone, in a list, or by names that mean nothing here. */
const ONE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames']
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const NAMED = ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']

function* unknownTypes(
  schema: unknown,
  pointer: string,
): Generator<{ readonly pointer: string; readonly type: string }> {
  if (typeof schema !== 'object' || schema === null || pointer.split('/').length > DEEPEST * 2) return
  const members: Readonly<Record<string, unknown>> = { ...schema }
  for (const type of [members['type']].flat()) {
    if (typeof type === 'string' && !TYPES.includes(type)) yield { pointer: `${pointer}/type`, type }
  }
  for (const name of ONE) yield* unknownTypes(members[name], `${pointer}/${name}`)
  for (const name of [...LISTS, ...NAMED]) {
    for (const [key, inner] of Object.entries(Object(members[name])))
      yield* unknownTypes(inner, `${pointer}/${name}/${key}`)
  }
}
