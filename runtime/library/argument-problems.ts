import type { JsonSchema } from './json-schema.ts'
import { valueAt } from './json-pointer.ts'
import { nearestName } from './nearest-name.ts'

/** Deeper and further problems are left for the next try. */
const DEEPEST = 12
const MOST_PROBLEMS = 6

/**
 * Says what is wrong with arguments in words that a model can act on: where, what was given, what is allowed, and for
 * a misspelt name which one may be meant. It explains what a validator refused, and judges nothing itself: keywords it
 * does not know are passed over.
 * @returns none when it finds nothing to say
 */
export function argumentProblems(schema: JsonSchema, input: unknown): string[] {
  const problems = problemsOf(schema, { value: input, path: '', depth: 0, root: schema })
  return [...new Set(problems)].slice(0, MOST_PROBLEMS)
}

interface Place {
  readonly value: unknown
  /** `items[2].name`; empty for the arguments as a whole. */
  readonly path: string
  readonly depth: number
  readonly root: JsonSchema
}

function problemsOf(schema: unknown, place: Place): string[] {
  if (!isRecord(schema) || place.depth > DEEPEST) return []
  const { value } = place
  if (typeof schema['$ref'] === 'string') return problemsOf(target(schema['$ref'], place.root), below(place, place))
  const wrongType = typeProblem(schema, place)
  if (wrongType) return [wrongType]
  return [
    ...choiceProblems(schema, place),
    ...(typeof value === 'string' ? textProblems(schema, place, value) : []),
    ...(typeof value === 'number' ? numberProblems(schema, place, value) : []),
    ...(Array.isArray(value) ? listProblems(schema, place, value) : []),
    ...(isRecord(value) ? objectProblems(schema, place, value) : []),
    ...listOf(schema['allOf']).flatMap((part) => problemsOf(part, below(place, place))),
    ...alternativeProblems(listOf(schema['anyOf']).concat(listOf(schema['oneOf'])), place),
  ]
}

function typeProblem({ type }: JsonSchema, { value, path }: Place): string | undefined {
  const types = (Array.isArray(type) ? type : [type]).filter((each) => typeof each === 'string')
  if (types.length === 0 || types.some((each) => isOfType(value, each))) return undefined
  return `${named(path)} is ${shown(value)}; expected ${types.map(typeInWords).join(' or ')}`
}

function choiceProblems(schema: JsonSchema, { value, path }: Place): string[] {
  const allowed = 'const' in schema ? [schema['const']] : schema['enum']
  if (!Array.isArray(allowed) || allowed.some((each) => JSON.stringify(each) === JSON.stringify(value))) return []
  const texts = allowed.filter((each) => typeof each === 'string')
  const near = typeof value === 'string' ? nearestName(value, texts) : undefined
  const more = allowed.length > 20 ? `, and ${allowed.length - 20} more` : ''
  const choices = allowed.slice(0, 20).map(shown).join(', ')
  return [
    `${named(path)} is ${shown(value)}; expected ${allowed.length > 1 ? 'one of ' : ''}${choices}${more}${hint(near)}`,
  ]
}

function textProblems(schema: JsonSchema, { path, value }: Place, text: string): string[] {
  const { minLength, maxLength, pattern } = schema
  const length = Array.from(text).length
  if (typeof minLength === 'number' && length < minLength) {
    return [`${named(path)} has ${length} characters; expected at least ${minLength}`]
  }
  if (typeof maxLength === 'number' && length > maxLength) {
    return [`${named(path)} has ${length} characters; expected at most ${maxLength}`]
  }
  if (typeof pattern !== 'string' || fits(text, pattern)) return []
  return [`${named(path)} is ${shown(value)}; expected a text that fits ${pattern}`]
}

/** Only patterns that the validator has tried already come here. */
function fits(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(text)
  } catch {
    return true
  }
}

function numberProblems(schema: JsonSchema, { path }: Place, value: number): string[] {
  const limits: [string, (limit: number) => boolean, string][] = [
    ['minimum', (limit) => value < limit, 'at least'],
    ['maximum', (limit) => value > limit, 'at most'],
    ['exclusiveMinimum', (limit) => value <= limit, 'more than'],
    ['exclusiveMaximum', (limit) => value >= limit, 'less than'],
  ]
  return limits.flatMap(([keyword, isBroken, words]) => {
    const limit = schema[keyword]
    return typeof limit === 'number' && isBroken(limit)
      ? [`${named(path)} is ${value}; expected ${words} ${limit}`]
      : []
  })
}

function listProblems(schema: JsonSchema, place: Place, list: readonly unknown[]): string[] {
  const { minItems, maxItems, items } = schema
  if (typeof minItems === 'number' && list.length < minItems) {
    return [`${named(place.path)} has ${list.length} items; expected at least ${minItems}`]
  }
  if (typeof maxItems === 'number' && list.length > maxItems) {
    return [`${named(place.path)} has ${list.length} items; expected at most ${maxItems}`]
  }
  return list.flatMap((value, index) =>
    problemsOf(items, below(place, { ...place, value, path: `${place.path}[${index}]` })),
  )
}

function objectProblems(schema: JsonSchema, place: Place, value: Record<string, unknown>): string[] {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  const given = Object.keys(value)
  const missing = listOf(schema['required']).filter(
    (name): name is string => typeof name === 'string' && !Object.hasOwn(value, name),
  )
  const unknown =
    schema['additionalProperties'] === false ? given.filter((name) => !Object.hasOwn(properties, name)) : []
  const free = Object.keys(properties).filter((name) => !given.includes(name))
  return [
    ...missing.map((name) => `${named(pathTo(place, name))} is missing${purpose(properties[name], place.root)}`),
    ...unknown.map((name) => {
      const near = nearestName(name, free)
      const known = near === undefined && free.length > 0 ? `; there is also ${free.slice(0, 12).join(', ')}` : ''
      return `${named(pathTo(place, name))} is not known${hint(near)}${known}`
    }),
    ...given.flatMap((name) =>
      Object.hasOwn(properties, name)
        ? problemsOf(properties[name], below(place, { ...place, value: value[name], path: pathTo(place, name) }))
        : [],
    ),
  ]
}

/** Of several forms, the one that comes nearest is explained. */
function alternativeProblems(alternatives: readonly unknown[], place: Place): string[] {
  const tried = alternatives.map((alternative) => problemsOf(alternative, below(place, place)))
  if (tried.some((problems) => problems.length === 0)) return []
  return tried.toSorted((left, right) => left.length - right.length)[0] ?? []
}

function below({ depth }: Place, place: Place): Place {
  return { ...place, depth: depth + 1 }
}

function target(ref: string, root: JsonSchema): unknown {
  return ref === '#' ? root : ref.startsWith('#/') ? valueAt(root, ref.slice(1)) : undefined
}

function pathTo({ path }: Place, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function named(path: string): string {
  return path === '' ? 'the input' : `"${path}"`
}

function hint(near: string | undefined): string {
  return near === undefined ? '' : ` (did you mean "${near}"?)`
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 60 ? text : `${text.slice(0, 57).toWellFormed()}…`
}

/** What a missing argument is, as far as its schema tells. */
function purpose(schema: unknown, root: JsonSchema): string {
  const followed = isRecord(schema) && typeof schema['$ref'] === 'string' ? target(schema['$ref'], root) : schema
  if (!isRecord(followed)) return ''
  const { type, description } = followed
  const text = typeof description === 'string' ? `: ${(description.split('\n')[0] ?? '').slice(0, 120)}` : ''
  return `${typeof type === 'string' ? ` (${typeInWords(type)})` : ''}${text}`
}

function typeInWords(type: string): string {
  return (
    { string: 'a text', integer: 'an integer', object: 'an object', array: 'a list', boolean: 'true or false' }[type] ??
    `a ${type}`
  )
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return isRecord(value)
  return type === 'null' ? value === null : typeof value === type
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
