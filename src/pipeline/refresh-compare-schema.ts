import { isDeepStrictEqual } from 'node:util'
import type { JsonSchema } from '../model/tool-definition.ts'

/** One difference, as a sentence's part: `argument "limit" is required now`. */
export interface Change {
  readonly what: string
  /** Whether callers of the old tool may fail with the new one. */
  readonly isBreaking: boolean
}

/** Deeper schemas are compared as a whole. */
const DEEPEST = 12

/** What differs between two inputs: breaking is what refuses an input that was taken before. */
export function compareInputs(before: JsonSchema, after: JsonSchema): readonly Change[] {
  return new SchemaComparison(before, after, 'input').changes()
}

/** What differs between two answers: breaking is what is missing, or is something else, where it was before. */
export function compareOutputs(before: JsonSchema, after: JsonSchema): readonly Change[] {
  return new SchemaComparison(before, after, 'output').changes()
}

type Schema = Readonly<Record<string, unknown>>

class SchemaComparison {
  readonly #before: Schema
  readonly #after: Schema
  readonly #isInput: boolean
  /** Whether a `$ref` means the same on both sides. */
  readonly #isShared: boolean
  readonly #found = new Map<string, Change>()
  readonly #compared = new Set<string>()

  constructor(before: JsonSchema, after: JsonSchema, direction: 'input' | 'output') {
    this.#before = before
    this.#after = after
    this.#isInput = direction === 'input'
    this.#isShared = isDeepStrictEqual(before.$defs, after.$defs)
  }

  changes(): readonly Change[] {
    this.#compare(this.#before, this.#after, '', 0)
    return [...this.#found.values()]
  }

  /** `narrows`: less is possible than before; it breaks who gives an input. `widens` breaks who reads an answer. */
  #note(what: string, effect: 'narrows' | 'widens' | 'neither'): void {
    const isBreaking = effect === (this.#isInput ? 'narrows' : 'widens')
    this.#found.set(what, { what, isBreaking })
  }

  #compare(left: Schema, right: Schema, path: string, depth: number): void {
    const before = this.#follow(left, this.#before)
    const after = this.#follow(right, this.#after)
    if (this.#isShared && isDeepStrictEqual(left, right)) return
    const pair = `${String(left.$ref)} ${String(right.$ref)}`
    const isKnown = left.$ref !== undefined && right.$ref !== undefined && this.#compared.has(pair)
    if (isKnown || depth > DEEPEST) return
    this.#compared.add(pair)
    this.#compareTypes(before, after, path)
    this.#compareValues(before, after, path)
    this.#compareLimits(before, after, path)
    this.#compareMembers(before, after, path, depth)
    this.#compareInner(before, after, path, depth)
    if (!isDeepStrictEqual(before.default, after.default)) {
      this.#note(
        `the default of ${this.#label(path)} is ${show(after.default)}, was ${show(before.default)}`,
        'neither',
      )
    }
    if (before.description !== after.description && path !== '') this.#note('descriptions inside differ', 'neither')
  }

  #follow(schema: Schema, root: Schema): Schema {
    if (typeof schema.$ref !== 'string') return schema
    return schemaAt(asSchema(root.$defs), schema.$ref.replace('#/$defs/', '')) ?? {}
  }

  #compareTypes(before: Schema, after: Schema, path: string): void {
    const old = typesOf(before)
    const now = typesOf(after)
    if (isDeepStrictEqual(old, now)) return
    const what = `${this.#label(path)} is ${now?.join(' or ') ?? 'anything'}, was ${old?.join(' or ') ?? 'anything'}`
    const isNarrower = now !== undefined && !(old ?? ['anything']).every((type) => takes(now, type))
    const isWider = old !== undefined && !(now ?? ['anything']).every((type) => takes(old, type))
    if (isNarrower) this.#note(what, 'narrows')
    if (isWider && !(isNarrower && this.#isInput)) this.#note(what, 'widens')
  }

  #compareValues(before: Schema, after: Schema, path: string): void {
    const old = valuesOf(before)
    const now = valuesOf(after)
    const label = this.#label(path)
    if (!old && now) this.#note(`${label} is now one of ${list(now)}`, 'narrows')
    if (old && !now) this.#note(`${label} may hold other values than ${list(old)}`, 'widens')
    if (!old || !now) return
    const gone = old.filter((value) => !now.some((other) => isDeepStrictEqual(value, other)))
    const added = now.filter((value) => !old.some((other) => isDeepStrictEqual(value, other)))
    if (gone.length > 0) this.#note(`${label} cannot be ${list(gone)} any more`, 'narrows')
    // A reader of answers who knows nothing of a new value shows it all the same.
    if (added.length > 0) this.#note(`${label} may also be ${list(added)}`, 'neither')
  }

  #compareLimits(before: Schema, after: Schema, path: string): void {
    for (const [keyword, { isUpper }] of Object.entries(LIMITS)) {
      const old = before[keyword]
      const now = after[keyword]
      if (old === now) continue
      const sign = isUpper ? 1 : -1
      const least = (value: unknown) => (typeof value === 'number' ? value * sign : Infinity)
      const what = `${keyword} of ${this.#label(path)} is ${show(now)}, was ${show(old)}`
      this.#note(what, least(now) < least(old) ? 'narrows' : 'widens')
    }
    for (const keyword of ['pattern', 'format', 'multipleOf', 'uniqueItems'] as const) {
      if (isDeepStrictEqual(before[keyword], after[keyword])) continue
      const effect = keyword === 'format' ? 'neither' : after[keyword] ? 'narrows' : 'widens'
      this.#note(`${keyword} of ${this.#label(path)} is ${show(after[keyword])}, was ${show(before[keyword])}`, effect)
    }
  }

  #compareMembers(before: Schema, after: Schema, path: string, depth: number): void {
    const old = asSchema(before.properties)
    const now = asSchema(after.properties)
    const wasRequired = namesOf(before.required)
    const isRequired = namesOf(after.required)
    for (const [name, schema] of Object.entries(old)) {
      const inner = path === '' ? name : `${path}.${name}`
      const other = schemaAt(now, name)
      if (!other) {
        // Who gives it is refused; who reads it misses it.
        this.#found.set(inner, { what: `${this.#label(inner)} is gone`, isBreaking: true })
        continue
      }
      if (!wasRequired.has(name) && isRequired.has(name)) this.#note(`${this.#label(inner)} is required now`, 'narrows')
      if (wasRequired.has(name) && !isRequired.has(name)) {
        this.#note(`${this.#label(inner)} is optional now`, 'widens')
      }
      this.#compare(asSchema(schema), other, inner, depth + 1)
    }
    for (const name of Object.keys(now)) {
      if (Object.hasOwn(old, name)) continue
      const inner = path === '' ? name : `${path}.${name}`
      if (isRequired.has(name)) this.#note(`${this.#label(inner)} is new and required`, 'narrows')
      else this.#note(`${this.#label(inner)} is new`, 'neither')
    }
  }

  #compareInner(before: Schema, after: Schema, path: string, depth: number): void {
    for (const [keyword, suffix] of Object.entries({ items: '[]', additionalProperties: '.*', propertyNames: '.*' })) {
      const old = before[keyword] ?? true
      const now = after[keyword] ?? true
      if (old === now) continue
      if (typeof old === 'object' && typeof now === 'object') {
        this.#compare(asSchema(old), asSchema(now), path + suffix, depth + 1)
      } else if (now === true || old === false) this.#note(`${this.#label(path + suffix)} may hold more`, 'widens')
      else this.#note(`${this.#label(path + suffix)} may hold less`, 'narrows')
    }
    for (const keyword of ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'not', 'patternProperties'] as const) {
      this.#compareParts(keyword, before[keyword], after[keyword], path, depth)
    }
  }

  #compareParts(keyword: string, before: unknown, after: unknown, path: string, depth: number): void {
    if (isDeepStrictEqual(before, after)) return
    const old: readonly unknown[] = Array.isArray(before) ? before : []
    const now: readonly unknown[] = Array.isArray(after) ? after : []
    if (old.length === now.length && old.length > 0) {
      for (const [index, part] of old.entries()) {
        this.#compare(asSchema(part), asSchema(now[index]), path, depth + 1)
      }
      return
    }
    const isLost = old.some((part) => !now.some((other) => isDeepStrictEqual(part, other)))
    const isAlternative = keyword === 'anyOf' || keyword === 'oneOf'
    const isWider = isAlternative ? !isLost && old.length > 0 : now.length === 0
    this.#note(`the forms (${keyword}) of ${this.#label(path)} differ`, isWider ? 'widens' : 'narrows')
  }

  #label(path: string): string {
    if (path === '') return this.#isInput ? 'the input' : 'the answer'
    return `${this.#isInput ? 'argument' : 'answer'} "${path}"`
  }
}

const LIMITS: Readonly<Record<string, { readonly isUpper: boolean }>> = {
  maximum: { isUpper: true },
  exclusiveMaximum: { isUpper: true },
  maxLength: { isUpper: true },
  maxItems: { isUpper: true },
  maxProperties: { isUpper: true },
  minimum: { isUpper: false },
  exclusiveMinimum: { isUpper: false },
  minLength: { isUpper: false },
  minItems: { isUpper: false },
  minProperties: { isUpper: false },
}

/** Sorted; undefined when every type will do. */
function typesOf({ type }: Schema): readonly string[] | undefined {
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? type.map(String).toSorted() : undefined
}

function takes(types: readonly string[], type: string): boolean {
  return types.includes(type) || (type === 'integer' && types.includes('number'))
}

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if (Array.isArray(schema.enum)) return schema.enum
  return 'const' in schema ? [schema.const] : undefined
}

function namesOf(required: unknown): ReadonlySet<unknown> {
  return new Set(Array.isArray(required) ? required : [])
}

/** `true` and whatever is no schema demand nothing. */
function asSchema(value: unknown): Schema {
  // Lists are no schemas; all that remains has members of any kind.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : {}
}

function schemaAt(schemas: Schema, name: string): Schema | undefined {
  return Object.hasOwn(schemas, name) ? asSchema(schemas[name]) : undefined
}

function list(values: readonly unknown[]): string {
  return values.slice(0, 6).map(show).join(', ') + (values.length > 6 ? ', …' : '')
}

function show(value: unknown): string {
  return value === undefined ? 'not given' : JSON.stringify(value).slice(0, 60)
}
