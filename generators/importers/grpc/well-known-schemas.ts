import type { JsonSchema } from '../../../runtime/library/json-schema.ts'

/** A field without a message or enum (protobuf.dev, ProtoJSON Format). Of an answer only what it always is. */
export function scalarSchema(type: string, direction: 'input' | 'output'): JsonSchema {
  const isInput = direction === 'input'
  if (type === 'bool') return { type: 'boolean' }
  if (type === 'string') return { type: 'string' }
  if (type === 'bytes') return { type: 'string', ...(isInput && { contentEncoding: 'base64' }) }
  // NaN and the infinities are texts.
  if (type === 'double' || type === 'float') return { type: isInput ? 'number' : ['number', 'string'] }
  const least = type.startsWith('u') || type.startsWith('fixed') ? { minimum: 0 } : {}
  if (!type.endsWith('64')) return { type: 'integer', ...(isInput && least) }
  // Beyond 2^53 only a text keeps all digits; answers always have one.
  return isInput ? { type: ['string', 'integer'], pattern: String.raw`^-?\d+$`, ...least } : { type: 'string' }
}

/** A message that has a JSON form of its own; undefined for any other. */
export function wellKnownSchema(name: string, direction: 'input' | 'output'): JsonSchema | undefined {
  if (!name.startsWith(PACKAGE)) return undefined
  const own = name.slice(PACKAGE.length)
  const wrapped = Object.hasOwn(WRAPPED, own) ? WRAPPED[own] : undefined
  if (wrapped !== undefined) return scalarSchema(wrapped, direction)
  const schema = Object.hasOwn(SCHEMAS, own) ? SCHEMAS[own] : undefined
  return schema && direction === 'output' ? (schema.type === undefined ? {} : { type: schema.type }) : schema
}

const PACKAGE = 'google.protobuf.'

const WRAPPED: Readonly<Record<string, string>> = {
  BoolValue: 'bool',
  BytesValue: 'bytes',
  DoubleValue: 'double',
  FloatValue: 'float',
  Int32Value: 'int32',
  Int64Value: 'int64',
  StringValue: 'string',
  UInt32Value: 'uint32',
  UInt64Value: 'uint64',
}

const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Timestamp: { type: 'string', format: 'date-time' },
  Duration: { type: 'string', pattern: String.raw`^-?\d{1,12}(\.\d{1,9})?s$`, examples: ['1.5s'] },
  FieldMask: { type: 'string', description: 'Paths with commas between: user.name,photo.' },
  Struct: { type: 'object' },
  Value: {},
  ListValue: { type: 'array' },
  Empty: { type: 'object', properties: {} },
  Any: {
    type: 'object',
    properties: { '@type': { type: 'string', description: 'type.googleapis.com/ and the name of the message.' } },
    required: ['@type'],
  },
}
