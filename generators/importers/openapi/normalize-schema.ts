import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { cleanText } from './clean-text.ts'
import { asList, asRecord, asText, property, type JsonRecord } from './json-value.ts'
import { PartSkipped } from './part-skipped.ts'
import type { Dialect } from './recognize-document.ts'
import { ReferenceMissing, type Located, type References } from './references.ts'
import { isSafePattern } from '../../../src/model/safe-pattern.ts'
import { enumOf, exampleOf, formatOf, isNullable, limitsOf, typesOf } from './schema-values.ts'

/** What a schema is read for. */
export interface SchemaScope {
  readonly references: References
  readonly dialect: Dialect
  /** Inputs leave out what is readOnly, outputs what is writeOnly. */
  readonly direction: 'input' | 'output'
  /** Gives the name under `$defs` of a schema that is shared, and notes that it is used. */
  nameOf(shared: Located): string
  /** Told of each reference to a place that does not exist; its JSON pointer. */
  miss(pointer: string): void
  /** Called for every schema; throws when the document asks for too much work. */
  spend(): void
}

/** Nesting beyond this is cut; validators recurse too. */
const DEEPEST = 40
const LONGEST_DESCRIPTION = 300

/**
 * Writes a schema of any OpenAPI version as JSON Schema 2020-12 that ajv and cfworker compile. It never rejects what
 * the description accepts: where a keyword cannot be kept it is loosened, not guessed. Dropped are `discriminator`,
 * `not`, `if`, `contains` and `unevaluated…` (they turn around or count what was loosened elsewhere), titles, unsafe
 * patterns (named in the description) and unknown formats; `oneOf` becomes `anyOf` for the same reason. What a
 * reference below the root points to may be missing: it then stands for anything.
 * @throws PartSkipped when the root refers to nothing, or any reference to a document that was not loaded
 */
export function normalizeSchema(schema: unknown, document: string, scope: SchemaScope, depth = 0): JsonSchema {
  scope.spend()
  const record = asRecord(schema)
  // `true`, `false` and anything that is no schema accept all values.
  if (!record || depth > DEEPEST) return {}
  const ref = asText(property(record, '$ref'))
  const inner = { document, scope, depth: depth + 1 }
  return ref === undefined ? normalizeRecord(record, inner) : normalizeReference(ref, record, inner)
}

/** Where the reader is. */
interface Place {
  readonly document: string
  readonly scope: SchemaScope
  readonly depth: number
}

function within(schema: unknown, place: Place): JsonSchema {
  return normalizeSchema(schema, place.document, place.scope, place.depth)
}

/** Shared schemas stay shared; only plain values (an enum of texts, say) are written where they are used. */
function normalizeReference(ref: string, record: JsonRecord, place: Place): JsonSchema {
  const { scope } = place
  const target = findTarget(ref, place)
  if (!target) return siblingsOf(record, place)
  const siblings = siblingsOf(record, place)
  const shared = isPlainValue(target.value)
    ? normalizeSchema(target.value, target.document, scope, place.depth)
    : { $ref: `#/$defs/${scope.nameOf(target)}` }
  if (isNullable(record)) return { anyOf: [shared, { type: 'null' }], ...siblings }
  return { ...shared, ...siblings }
}

/** OpenAPI 3.0 ignores what stands beside a `$ref`, but its authors mean their descriptions. */
function siblingsOf(record: JsonRecord, place: Place): JsonSchema {
  const { $ref: _, nullable: __, ...siblings } = record
  return place.scope.dialect === '3.1' ? normalizeRecord(siblings, place) : annotationsOf(siblings)
}

/** One misspelt name deep in a body must not cost the operation. */
function findTarget(ref: string, place: Place): Located | undefined {
  try {
    return followSchema(ref, place)
  } catch (error) {
    if (!(error instanceof ReferenceMissing) || place.depth <= 1) throw error
    place.scope.miss(error.pointer)
    return undefined
  }
}

/** Follows a reference to a schema; one that leads back to itself stands for anything. */
function followSchema(ref: string, { scope, document }: Place): Located {
  const first = scope.references.resolve(ref, document)
  const seen = new Set([first.id])
  let target = first
  for (;;) {
    const record = asRecord(target.value)
    const next = asText(property(record, '$ref'))
    if (next === undefined || !record || Object.keys(record).length > 1) return target
    target = scope.references.resolve(next, target.document)
    if (seen.has(target.id)) return { ...first, value: {} }
    seen.add(target.id)
  }
}

function isPlainValue(value: unknown): boolean {
  const record = asRecord(value)
  if (!record) return true
  const isScalar = ['string', 'integer', 'number', 'boolean'].includes(String(record.type))
  return isScalar && !record.allOf && !record.anyOf && !record.oneOf && asList(record.enum).length <= 20
}

function normalizeRecord(record: JsonRecord, place: Place): JsonSchema {
  const types = typesOf(record)
  const values = enumOf(record)
  const isOutput = place.scope.direction === 'output'
  const example = exampleOf(record)
  const pattern = asText(record.pattern)
  const isKept = pattern !== undefined && isSafePattern(pattern)
  const { allOf, ...composed } = compositionsOf(record, place)
  const result: JsonSchema = {
    ...(types.length > 0 && { type: types.length === 1 ? types[0] : types }),
    ...(values && (isOutput ? { examples: values.slice(0, 20) } : { enum: values })),
    ...('const' in record && !isOutput && { const: record.const }),
    ...(!isOutput && limitsOf(record)),
    ...(!isOutput && isKept && { pattern }),
    ...(!isOutput && formatOf(record) && { format: formatOf(record) }),
    ...(record.default !== undefined && !isOutput && { default: record.default }),
    ...(example !== undefined && !isOutput && { examples: [example] }),
    ...(record.contentEncoding === 'base64' && { contentEncoding: 'base64' }),
    ...objectKeywords(record, place),
    ...listKeywords(record, place),
    ...composed,
    ...annotationsOf(
      pattern !== undefined && !isKept ? { ...record, description: withPattern(record, pattern) } : record,
    ),
  }
  return withAllOf(result, allOf, isNullable(record) && types.length === 0)
}

/** `allOf` of one part is that part; a composition that may be null gets null as an alternative. */
function withAllOf(result: JsonSchema, allOf: readonly JsonSchema[] | undefined, orNull: boolean): JsonSchema {
  const isSingle = allOf?.length === 1 && !Object.keys(allOf[0] ?? {}).some((keyword) => keyword in result)
  const whole: JsonSchema = isSingle ? { ...allOf[0], ...result } : { ...result, ...(allOf && { allOf }) }
  if (!orNull || Object.keys(whole).length === 0) return whole
  const { description, ...shape } = whole
  if (Array.isArray(shape.anyOf) && Object.keys(shape).length === 1) {
    return { ...whole, anyOf: [...(shape.anyOf as JsonSchema[]), { type: 'null' }] }
  }
  return { anyOf: [shape, { type: 'null' }], ...(description !== undefined && { description }) }
}

function compositionsOf(
  record: JsonRecord,
  place: Place,
): { allOf?: readonly JsonSchema[]; anyOf?: readonly JsonSchema[] } {
  const allOf = asList(record.allOf).map((part) => within(part, place))
  const anyOf = asList(record.anyOf).map((part) => within(part, place))
  const oneOf = asList(record.oneOf).map((part) => within(part, place))
  if (anyOf.length > 0 && oneOf.length > 0) allOf.push({ anyOf: oneOf })
  const alternatives = anyOf.length > 0 ? anyOf : oneOf
  return {
    ...(allOf.length > 0 && { allOf }),
    ...(alternatives.length > 0 && { anyOf: alternatives }),
  }
}

function objectKeywords(record: JsonRecord, place: Place): JsonSchema {
  const written = Object.entries(asRecord(record.properties) ?? {})
  const shown = written.filter(([, schema]) => schema !== false && !isHidden(schema, place))
  const hidden = new Set(written.filter((entry) => !shown.includes(entry)).map(([name]) => name))
  const required = asList(record.required).filter((name) => typeof name === 'string' && !hidden.has(name))
  const { additionalProperties: additional, patternProperties, propertyNames } = record
  const patterns = Object.entries(asRecord(patternProperties) ?? {}).filter(([pattern]) => isSafePattern(pattern))
  const isOutput = place.scope.direction === 'output'
  return {
    ...(written.length > 0 && {
      properties: Object.fromEntries(shown.map(([name, schema]) => [name, within(schema, place)])),
    }),
    ...(required.length > 0 && !isOutput && { required: [...new Set(required)] }),
    ...(patterns.length > 0 && {
      patternProperties: Object.fromEntries(patterns.map(([pattern, schema]) => [pattern, within(schema, place)])),
    }),
    // Patterns that were dropped would make the rest too strict.
    ...(additional === false && !isOutput && !asRecord(patternProperties) && { additionalProperties: false }),
    ...(asRecord(additional) && { additionalProperties: within(additional, place) }),
    ...(asRecord(propertyNames) && !isOutput && { propertyNames: within(propertyNames, place) }),
  }
}

/** Lists of schemas in `items` are from draft 4; 2020-12 calls them prefixItems. */
function listKeywords(record: JsonRecord, place: Place): JsonSchema {
  const { items, prefixItems, additionalItems } = record
  const first = Array.isArray(prefixItems) ? prefixItems : asList(items)
  const rest = Array.isArray(items) ? additionalItems : items
  return {
    ...(first.length > 0 && { prefixItems: first.map((item) => within(item, place)) }),
    ...(asRecord(rest) && { items: within(rest, place) }),
  }
}

/** Read-only parts have no place in an input, write-only ones none in an output (OpenAPI 3.0, section 4.7.24.2). */
function isHidden(schema: unknown, { scope, document }: Place): boolean {
  const keyword = scope.direction === 'input' ? 'readOnly' : 'writeOnly'
  const record = asRecord(schema)
  if (record?.[keyword] === true) return true
  if (typeof record?.['$ref'] !== 'string') return false
  try {
    return asRecord(scope.references.follow(schema, document).value)?.[keyword] === true
  } catch (error) {
    // A broken reference is told when the property itself is read.
    if (error instanceof PartSkipped) return false
    throw error
  }
}

function annotationsOf(record: JsonRecord): JsonSchema {
  const text = asText(record.description) ?? asText(record.title)
  const description = text === undefined ? '' : cleanText(text, LONGEST_DESCRIPTION)
  return {
    ...(description !== '' && { description }),
    ...(record.deprecated === true && { deprecated: true }),
  }
}

function withPattern(record: JsonRecord, pattern: string): string {
  const text = asText(record.description) ?? asText(record.title) ?? ''
  return pattern.length > 100 ? text : `${text} (matches ${pattern})`.trim()
}
