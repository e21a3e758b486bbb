import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { MetaError } from '../../src/errors/meta-error.ts'
import { asList, asRecord, asText, type JsonRecord } from './openapi/json-value.ts'

/** What the schema of one tool may hold: JSON values, levels of them, characters of its texts. */
const MOST_VALUES = 10_000
const DEEPEST = 100
const MOST_CHARACTERS = 200_000
/** How often schemas may be applied on the way to one place of a value. */
const MOST_APPLICATIONS = 100_000

/**
 * Refuses a schema as it was given, before anything that recurses reads it.
 * @throws MetaError SCHEMA_INVALID when it is too large or too deep
 */
export function refuseLargeSchema(schema: unknown): void {
  const waiting = [{ value: schema, depth: 0 }]
  let values = 0
  let characters = 0
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next
    if (++values > MOST_VALUES) throw tooCostly(`holds more than ${MOST_VALUES} values`)
    if (depth > DEEPEST) throw tooCostly(`is nested deeper than ${DEEPEST} levels`)
    if (typeof value === 'string') characters += value.length
    if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value)) {
        characters += name.length
        waiting.push({ value: member, depth: depth + 1 })
      }
    if (characters > MOST_CHARACTERS) throw tooCostly(`has more than ${MOST_CHARACTERS} characters`)
  }
}

/**
 * Refuses a normalised schema that multiplies.
 * @throws MetaError SCHEMA_INVALID
 */
export function refuseMultiplyingSchema(schema: JsonSchema): void {
  if (isMultiplying(schema)) {
    throw tooCostly(`multiplies through "$ref", allOf, anyOf or oneOf to more than ${MOST_APPLICATIONS} parts`)
  }
}

/** A normalised schema of a description: of one that multiplies, the shared parts stand for anything. */
export function loosenMultiplyingSchema(schema: JsonSchema): JsonSchema {
  if (!isMultiplying(schema)) return schema
  const names = Object.keys(asRecord(schema['$defs']) ?? {})
  return { ...schema, $defs: Object.fromEntries(names.map((name) => [name, {}])) }
}

/**
 * Whether the parts of a schema, followed through `$defs`, are applied too often to one value: forty levels of two
 * references each kept a validator busy until its process had no memory left. What leads back to itself by way of a
 * property or an item is a tree, and fine; by way of allOf or anyOf alone it would never end.
 */
function isMultiplying(schema: JsonSchema): boolean {
  const definitions = asRecord(schema['$defs']) ?? {}
  if (Object.keys(definitions).some((name) => isEndless(name, definitions))) return true
  return new Applications(definitions).of(schema) > MOST_APPLICATIONS
}

/** Whether a definition is applied to a value because it is applied to that value. */
function isEndless(start: string, definitions: JsonRecord): boolean {
  const seen = new Set<string>()
  const waiting = refsInPlace(definitions[start])
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === start) return true
    if (seen.has(name)) continue
    seen.add(name)
    waiting.push(...refsInPlace(definitions[name]))
  }
  return false
}

function refsInPlace(schema: unknown): string[] {
  const record = asRecord(schema)
  const name = definitionOf(record)
  const parts = [...asList(record?.['allOf']), ...asList(record?.['anyOf'])]
  return [...(name === undefined ? [] : [name]), ...parts.flatMap(refsInPlace)]
}

function definitionOf(schema: JsonRecord | undefined): string | undefined {
  return asText(schema?.['$ref'])?.replace('#/$defs/', '')
}

/** Counts how often schemas are applied on the way to one place of a value, in the worst case. */
class Applications {
  readonly #definitions: JsonRecord
  readonly #known = new Map<string, number>()

  constructor(definitions: JsonRecord) {
    this.#definitions = definitions
  }

  of(schema: unknown): number {
    const record = asRecord(schema)
    if (!record) return 0
    const { allOf, anyOf, properties, patternProperties, additionalProperties, propertyNames, prefixItems, items } =
      record
    const name = definitionOf(record)
    const inPlace = [...asList(allOf), ...asList(anyOf)].map((part) => this.of(part))
    // A property has one schema of its name, but all those of patterns that fit.
    const named = Object.values(asRecord(properties) ?? {}).map((part) => this.of(part))
    const matched = Object.values(asRecord(patternProperties) ?? {}).map((part) => this.of(part))
    const listed = [...asList(prefixItems), items].map((part) => this.of(part))
    const rest = this.of(additionalProperties) + this.of(propertyNames)
    return (
      1 +
      (name === undefined ? 0 : this.#follow(name)) +
      sum(inPlace) +
      sum(matched) +
      rest +
      largest(named) +
      largest(listed)
    )
  }

  /** Of a definition that is being followed already, once more is counted as one. */
  #follow(name: string): number {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    this.#known.set(name, 1)
    const count = this.of(this.#definitions[name])
    this.#known.set(name, count)
    return count
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

function largest(counts: readonly number[]): number {
  return counts.reduce((most, count) => Math.max(most, count), 0)
}

function tooCostly(problem: string): MetaError {
  return new MetaError(
    'SCHEMA_INVALID',
    `The schema cannot be used: it ${problem}.`,
    'Describe only what the tool needs; leave deep parts as {"type": "object"}.',
  )
}
