import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { asRecord } from './json-value.ts'
import type { ReadSchema, SharedSchemas } from './shared-schemas.ts'

/** Characters of JSON that one tool's input schema may have. */
const LARGEST_SCHEMA = 16_000
/** What is left of a schema that is cut off. */
const CUT_OFF: JsonSchema = { description: 'Details left out; see the documentation of the API.' }
/** What such a rest costs, its name included. */
const STUB_SIZE = 110

/**
 * Puts a schema together with the shared schemas that it uses, as `$defs`. Nearer ones come first; when the whole
 * would be too large, further ones are cut down, and at last left out.
 */
export function composeSchema(root: ReadSchema, shared: SharedSchemas, largest = LARGEST_SCHEMA): JsonSchema {
  const isSmall = root.size <= largest * 0.75
  const whole = isSmall ? root.schema : cutToSize(root.schema, largest * 0.75)
  const uses = isSmall ? root.uses : referencesIn(whole)
  const definitions = new Map(uses.map((name) => [name, CUT_OFF]))
  let room = largest - (isSmall ? root.size : sizeOf(whole)) - uses.length * STUB_SIZE
  // A map hands out what is added while it is walked, so nearer schemas come first.
  for (const [name] of definitions) {
    const definition = shared.definition(name)
    for (const candidate of candidates(definition, room)) {
      const added = candidate.uses.filter((use) => !definitions.has(use))
      const cost = candidate.size + added.length * STUB_SIZE
      if (cost > room) continue
      room -= cost
      definitions.set(name, candidate.schema)
      for (const use of added) definitions.set(use, CUT_OFF)
      break
    }
  }
  if (definitions.size === 0) return whole
  const sorted = [...definitions].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return { ...whole, $defs: Object.fromEntries(sorted) }
}

/** A shared schema as it is, and cut down to what there is room for. */
function* candidates(definition: ReadSchema, room: number): Generator<ReadSchema> {
  yield definition
  if (room < 500) return
  const schema = cutToSize(definition.schema, Math.min(room / 2, 2_000))
  yield { schema, uses: referencesIn(schema), size: sizeOf(schema) }
}

/** Cuts nested schemas, then descriptions, until the JSON has at most `limit` characters, or only a stub is left. */
function cutToSize(schema: JsonSchema, limit: number): JsonSchema {
  for (const { depth, description } of CUTS) {
    const cut = cutBelow(schema, depth, description)
    if (sizeOf(cut) <= limit) return cut
  }
  return cutBelow(schema, 1, 0)
}

const CUTS = [
  { depth: 8, description: 150 },
  { depth: 5, description: 120 },
  { depth: 4, description: 80 },
  { depth: 3, description: 80 },
  { depth: 2, description: 60 },
]

/** Schemas below `depth` keep their type and description only; lists of values keep their first ones. */
function cutBelow(schema: unknown, depth: number, longest: number): JsonSchema {
  const record = asRecord(schema)
  if (!record) return {}
  const { type, description, $ref, ...rest } = record
  const text = typeof description === 'string' ? description.slice(0, longest).toWellFormed() : ''
  const kept: Record<string, unknown> = {
    ...($ref !== undefined && { $ref }),
    ...(type !== undefined && { type }),
    ...(text !== '' && { description: text }),
  }
  if (depth === 0) return kept
  for (const [keyword, value] of Object.entries(rest)) kept[keyword] = cutKeyword(keyword, value, depth - 1, longest)
  if (Array.isArray(kept.enum) && JSON.stringify(kept.enum).length > 2_000) delete kept.enum
  return kept
}

function cutKeyword(keyword: string, value: unknown, depth: number, longest: number): unknown {
  if (keyword === 'properties' || keyword === 'patternProperties') {
    const entries = Object.entries(asRecord(value) ?? {})
    return Object.fromEntries(entries.map(([name, member]) => [name, cutBelow(member, depth, longest)]))
  }
  if (keyword === 'anyOf' || keyword === 'allOf' || keyword === 'prefixItems') {
    return Array.isArray(value) ? value.map((part) => cutBelow(part, depth, longest)) : value
  }
  const isSchema = keyword === 'items' || keyword === 'additionalProperties' || keyword === 'propertyNames'
  return isSchema && asRecord(value) ? cutBelow(value, depth, longest) : value
}

function referencesIn(schema: JsonSchema): string[] {
  const names = new Set<string>()
  const waiting: unknown[] = [schema]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if ('$ref' in value && typeof value.$ref === 'string') names.add(value.$ref.replace('#/$defs/', ''))
    for (const member of Object.values(value)) waiting.push(member)
  }
  return [...names]
}

function sizeOf(schema: JsonSchema): number {
  return JSON.stringify(schema).length
}
