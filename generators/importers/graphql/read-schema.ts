import {
  buildClientSchema,
  buildSchema,
  GraphQLError,
  type GraphQLSchema,
  type IntrospectionQuery,
  validateSchema,
} from 'graphql'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { refuseCostlyJson } from '../openapi/text-budget.ts'

/**
 * More take more memory than a reader may, whatever they stand for (bombs.test.ts, bench/threats). The schema of GitHub
 * has some 100,000.
 */
const MOST_TOKENS = 200_000

/** Whether a text is a GraphQL schema: in its own language, or the JSON that introspection answers with. */
export function looksLikeGraphql(text: string): boolean {
  const head = text.slice(0, 20_000)
  if (/^\s*\{/.test(head)) return /"__schema"\s*:/.test(head)
  return (
    /^(?:extend\s+)?(?:schema\s*(?:@[^{]*)?\{|type\s+(?:Query|Mutation)\b)/m.test(text) &&
    !/^\s*(?:openapi|swagger)\s*:/m.test(head)
  )
}

/**
 * GraphQL specification (September 2025), sections 3 (type system) and 4 (introspection).
 * @throws MetaError DESCRIPTION_INVALID with line and column where it is known; DESCRIPTION_TOO_LARGE
 */
export function readSchema(text: string): GraphQLSchema {
  const isJson = /^\s*\{/.test(text)
  if (isJson) refuseCostlyJson(text)
  try {
    const schema = isJson ? buildClientSchema(introspectionOf(text)) : buildFrom(text)
    const [fault] = validateSchema(schema)
    if (fault) throw fault
    // Of a schema with neither nothing can be called.
    if (schema.getQueryType() || schema.getMutationType()) return schema
  } catch (error) {
    throw invalid(error instanceof GraphQLError ? describe(error) : messageOf(error), error)
  }
  throw invalid('it has neither queries nor mutations')
}

/** Without places in the text, which take half the memory: a schema that is wrong is read again, to say where. */
function buildFrom(text: string): GraphQLSchema {
  const limits = { maxTokens: MOST_TOKENS }
  try {
    return buildSchema(text, { ...limits, noLocation: true })
  } catch (error) {
    const isPlaced = error instanceof GraphQLError && error.locations !== undefined
    if (isPlaced || text.length > LONGEST_PLACED) throw error
    return buildSchema(text, limits)
  }
}

/** Characters of a text that is read again, with the places. */
const LONGEST_PLACED = 500_000

function introspectionOf(text: string): IntrospectionQuery {
  const parsed: { data?: unknown } = { ...Object(JSON.parse(text)) }
  // buildClientSchema checks what it is given, and throws.
  return (parsed.data ?? parsed) as unknown as IntrospectionQuery
}

function describe({ message, locations }: GraphQLError): string {
  const [place] = locations ?? []
  return place ? `line ${place.line}, column ${place.column}: ${message}` : message
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function invalid(found: string, cause?: unknown): MetaError {
  return new MetaError(
    'DESCRIPTION_INVALID',
    `This is no GraphQL schema: ${found.slice(0, 500)}.`,
    'Give a schema in its own language (SDL), the JSON of an introspection query, or the address of the endpoint.',
    { cause },
  )
}
