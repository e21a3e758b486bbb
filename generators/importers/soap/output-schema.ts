import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { ReadSimple } from './built-in-types.ts'

/** Of an answer only what it always is: clients refuse a whole call for one mismatch. */
export function outputOf({ value, schema }: ReadSimple): JsonSchema {
  if (value.endsWith('[]')) return { type: 'array' }
  if (Array.isArray(schema.enum)) return value === 'text' ? { type: 'string', enum: schema.enum } : {}
  if (value === 'any') return {}
  const type = value === 'integer' && schema.type === 'integer' ? 'integer' : (OUTPUT_TYPES[value] ?? 'string')
  return { type }
}

/** A number that JavaScript cannot hold comes as a text. */
const OUTPUT_TYPES: Readonly<Record<string, JsonSchema['type']>> = {
  integer: ['integer', 'string'],
  number: ['number', 'string'],
  boolean: 'boolean',
}
