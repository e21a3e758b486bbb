import { asList, asText, type JsonRecord } from './json-value.ts'

/** The simple keywords of a schema: type, enum, limits, defaults. They hold no other schemas. */

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])

/** Words that people write where a JSON Schema type belongs. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  int: 'integer',
  int32: 'integer',
  int64: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  decimal: 'number',
  bool: 'boolean',
  str: 'string',
  date: 'string',
  'date-time': 'string',
  datetime: 'string',
  uuid: 'string',
  file: 'string',
  list: 'array',
  map: 'object',
  hash: 'object',
}

/**
 * The types that a schema allows, without doubles and unknown words; none means any. A missing type follows from the
 * keywords beside it, and `nullable` adds null (OpenAPI 3.0, section 4.7.24).
 */
export function typesOf(schema: JsonRecord): string[] {
  const written = Array.isArray(schema.type) ? schema.type : [schema.type]
  const types = written
    .map((type) => (typeof type === 'string' ? (OTHER_WORDS[type.toLowerCase()] ?? type.toLowerCase()) : undefined))
    .filter((type) => type !== undefined && TYPES.has(type))
    .filter((type) => type !== undefined)
  if (types.length === 0 && schema.type === undefined) types.push(...impliedTypes(schema))
  if (types.length > 0 && isNullable(schema)) types.push('null')
  return [...new Set(types)]
}

export function isNullable(schema: JsonRecord): boolean {
  return schema.nullable === true || schema['x-nullable'] === true
}

function impliedTypes(schema: JsonRecord): string[] {
  if (typeof schema.properties === 'object') return ['object']
  return typeof schema.items === 'object' ? ['array'] : []
}

/** Enum values without doubles, with null where it is allowed; undefined when there are none or too many to list. */
export function enumOf(schema: JsonRecord): unknown[] | undefined {
  const values = asList(schema.enum)
  if (values.length === 0 || values.length > 500) return undefined
  const unique = new Map(values.map((value) => [JSON.stringify(value), value]))
  if (isNullable(schema)) unique.set('null', null)
  return [...unique.values()]
}

/** Limits as 2020-12 writes them: numbers, with exclusive limits as values (draft 4 had booleans beside them). */
export function limitsOf(schema: JsonRecord): Record<string, unknown> {
  const limits: Record<string, unknown> = {}
  for (const [inclusive, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const bound = numberOf(schema[inclusive])
    const strict = numberOf(schema[exclusive])
    if (schema[exclusive] === true && bound !== undefined) limits[exclusive] = bound
    else if (bound !== undefined) limits[inclusive] = bound
    if (strict !== undefined) limits[exclusive] = strict
  }
  const factor = numberOf(schema.multipleOf)
  if (factor !== undefined && factor > 0) limits.multipleOf = factor
  for (const keyword of COUNTS) {
    const count = numberOf(schema[keyword])
    if (count !== undefined && Number.isInteger(count) && count >= 0) limits[keyword] = count
  }
  if (schema.uniqueItems === true) limits.uniqueItems = true
  return limits
}

const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']

/** Sloppy descriptions quote their numbers. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

/** Formats that JSON Schema defines (2020-12 validation, section 7.3); validators warn about others. */
const FORMATS = new Set(['date-time', 'date', 'time', 'email', 'hostname', 'ipv4', 'ipv6', 'uri', 'uuid'])

export function formatOf(schema: JsonRecord): string | undefined {
  const format = asText(schema.format)
  return format !== undefined && FORMATS.has(format) ? format : undefined
}

/** An example that helps to fill the value in: only small, and only where nothing else shows the form. */
export function exampleOf(schema: JsonRecord): unknown {
  if (schema.enum !== undefined || schema.default !== undefined) return undefined
  const example = schema.example ?? asList(schema.examples)[0]
  const isShort = typeof example === 'string' ? example.length <= 80 : typeof example === 'number'
  return isShort ? example : undefined
}
