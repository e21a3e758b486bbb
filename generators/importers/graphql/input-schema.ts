import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'
import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { cleanText } from '../openapi/clean-text.ts'

const LONGEST_DESCRIPTION = 300
/** Characters of the definitions of one tool; types beyond are any object. */
const LARGEST_DEFINITIONS = 12_000
const MOST_VALUES = 200

/** The JSON Schema of a field's arguments. Input objects are definitions, since they refer to each other. */
export function inputSchemaOf(args: readonly GraphQLArgument[]): JsonSchema {
  const definitions = new Map<string, JsonSchema>()
  const properties = Object.fromEntries(args.map((argument) => [argument.name, memberSchema(argument, definitions)]))
  const required = args.filter(isRequiredArgument).map(({ name }) => name)
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...(definitions.size > 0 && { $defs: Object.fromEntries(definitions) }),
  }
}

function memberSchema(
  { type, description, defaultValue }: GraphQLArgument | GraphQLInputField,
  definitions: Map<string, JsonSchema>,
): JsonSchema {
  const schema = typeSchema(type, definitions)
  const text = cleanText(description ?? '', LONGEST_DESCRIPTION)
  const isPlain = ['string', 'number', 'boolean'].includes(typeof defaultValue)
  return { ...schema, ...(text !== '' && { description: text }), ...(isPlain && { default: defaultValue }) }
}

function typeSchema(type: GraphQLInputType, definitions: Map<string, JsonSchema>): JsonSchema {
  if (isNonNullType(type)) return typeSchema(type.ofType, definitions)
  if (isListType(type)) return { type: 'array', items: typeSchema(type.ofType, definitions) }
  if (isEnumType(type))
    return {
      type: 'string',
      enum: type
        .getValues()
        .slice(0, MOST_VALUES)
        .map(({ name }) => name),
    }
  if (!isInputObjectType(type)) return SCALARS[type.name] ?? customScalar(type.name, type.description)
  const { name } = type
  if (!definitions.has(name)) {
    if (JSON.stringify([...definitions]).length > LARGEST_DEFINITIONS) return { type: 'object' }
    // It may be its own member.
    definitions.set(name, { type: 'object' })
    const fields = Object.values(type.getFields())
    const required = fields.filter(isRequiredInputField).map((field) => field.name)
    definitions.set(name, {
      type: 'object',
      properties: Object.fromEntries(fields.map((field) => [field.name, memberSchema(field, definitions)])),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    })
  }
  return { $ref: `#/$defs/${name}` }
}

/** GraphQL specification, section 3.5; an ID is written as a string or a whole number. */
const SCALARS: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer' },
  Float: { type: 'number' },
  String: { type: 'string' },
  Boolean: { type: 'boolean' },
  ID: { type: ['string', 'integer'] },
}

/** What it looks like is the API's own matter; well-known names say more. */
function customScalar(name: string, description: string | null | undefined): JsonSchema {
  const text = cleanText(description ?? '', LONGEST_DESCRIPTION)
  const said = text === '' ? { description: name } : { description: `${name}: ${text}` }
  if (/^date-?time$/i.test(name)) return { type: 'string', format: 'date-time', ...said }
  if (/^date$/i.test(name)) return { type: 'string', format: 'date', ...said }
  if (/^(uri|url)$/i.test(name)) return { type: 'string', ...said }
  return said
}
