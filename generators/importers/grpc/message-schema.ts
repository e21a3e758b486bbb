import type protobuf from 'protobufjs'
import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { cleanText } from '../openapi/clean-text.ts'
import { jsonNameOf, nameOf, oneofOf, ownFields, typeOf } from './message-types.ts'
import { scalarSchema, wellKnownSchema } from './well-known-schemas.ts'

type Direction = 'input' | 'output'

const LONGEST_DESCRIPTION = 300
/**
 * Characters of the definitions of one tool; types beyond are any object. Where all of it is still too large, they are
 * fewer and have no descriptions.
 */
const BUDGETS = [
  { definitions: 12_000, hasTexts: true },
  { definitions: 8_000, hasTexts: false },
  { definitions: 2_000, hasTexts: false },
]
const MOST_VALUES = 200

/**
 * The JSON Schema of a message in the ProtoJSON format (protobuf.dev). Messages are definitions, since they refer to
 * each other; near ones are written out first.
 * @param most  characters that it should not be longer than
 */
export function messageSchema(message: protobuf.Type, direction: Direction, most = Infinity): JsonSchema {
  const schemas = BUDGETS.values().map((budget) => schemaWithin(message, direction, budget))
  let last: JsonSchema = {}
  for (const schema of schemas) {
    last = schema
    if (JSON.stringify(schema).length <= most) break
  }
  return last
}

function schemaWithin(message: protobuf.Type, direction: Direction, budget: (typeof BUDGETS)[number]): JsonSchema {
  const reading: Reading = { direction, budget, definitions: new Map(), waiting: [], characters: 0 }
  const root = objectSchema(message, reading)
  for (let next = reading.waiting.shift(); next; next = reading.waiting.shift()) {
    const schema = reading.characters > budget.definitions ? { type: 'object' } : objectSchema(next, reading)
    reading.definitions.set(nameOf(next), schema)
    reading.characters += JSON.stringify(schema).length
  }
  const definitions = Object.fromEntries(reading.definitions)
  return { ...root, ...(reading.definitions.size > 0 && { $defs: definitions }) }
}

interface Reading {
  readonly direction: Direction
  readonly budget: (typeof BUDGETS)[number]
  readonly definitions: Map<string, JsonSchema>
  readonly waiting: protobuf.Type[]
  characters: number
}

function objectSchema(message: protobuf.Type, reading: Reading): JsonSchema {
  const fields = ownFields(message)
  const isInput = reading.direction === 'input'
  const required = fields.filter((field) => field.required).map(jsonNameOf)
  const comment = reading.budget.hasTexts ? cleanText(message.comment ?? '', LONGEST_DESCRIPTION) : ''
  const said = [comment, ...oneofNotes(fields)].filter((text) => text !== '')
  return {
    type: 'object',
    ...(said.length > 0 && isInput && { description: said.join(' ') }),
    properties: Object.fromEntries(fields.map((field) => [jsonNameOf(field), fieldSchema(field, reading)])),
    ...(isInput && required.length > 0 && { required }),
    ...(isInput && { additionalProperties: false }),
  }
}

/** At the root of an input clients refuse oneOf, so that it is said. */
function oneofNotes(fields: readonly protobuf.Field[]): string[] {
  const groups = Map.groupBy(fields, oneofOf)
  return Array.from(groups, ([name, members]) =>
    name === undefined || members.length < 2 ? '' : `At most one of ${members.map(jsonNameOf).join(', ')}.`,
  )
}

function fieldSchema(field: protobuf.Field, reading: Reading): JsonSchema {
  const { direction, budget } = reading
  const value = valueSchema(field, reading)
  const schema = field.map
    ? { type: 'object', additionalProperties: value }
    : field.repeated
      ? { type: 'array', items: value }
      : value
  const said = budget.hasTexts ? cleanText(field.comment ?? '', LONGEST_DESCRIPTION) : ''
  return { ...schema, ...(said !== '' && direction === 'input' && { description: said }) }
}

function valueSchema(field: protobuf.Field, reading: Reading): JsonSchema {
  const type = typeOf(field)
  if (!type) return scalarSchema(field.type, reading.direction)
  if (!('fieldsArray' in type)) return enumSchema(type, reading.direction)
  const known = wellKnownSchema(nameOf(type), reading.direction)
  if (known) return known
  const name = nameOf(type)
  if (!reading.definitions.has(name)) {
    // It may be its own member.
    reading.definitions.set(name, { type: 'object' })
    reading.waiting.push(type)
  }
  return { $ref: `#/$defs/${name}` }
}

function enumSchema({ values, comments }: protobuf.Enum, direction: Direction): JsonSchema {
  // A server may know more values, which come as numbers.
  if (direction === 'output') return { type: ['string', 'integer'] }
  const names = Object.keys(values)
  const said = names.flatMap((name) => (comments[name] ? [`${name}: ${comments[name]}`] : [])).join('; ')
  return {
    type: 'string',
    ...(names.length <= MOST_VALUES && { enum: names }),
    ...(said !== '' && { description: cleanText(said, LONGEST_DESCRIPTION) }),
  }
}
