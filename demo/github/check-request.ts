import { Ajv, type ValidateFunction } from 'ajv'
import type { Description, Operation, Parameter } from './description.ts'
import type { FoundOperation } from './find-operation.ts'

export interface GivenRequest {
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** What does not fit the description, as a client would want to read it; nothing when all does. */
export type RequestChecker = (found: FoundOperation, request: GivenRequest) => readonly string[]

/** Checks parameters and bodies with ajv, by the description's own schemas. */
export function createRequestChecker(description: Description): RequestChecker {
  const options = { strict: false, allErrors: true, validateFormats: false, logger: false } as const
  const bodies = new Ajv(options)
  // Parameters are text: "5" is an integer there.
  const parameters = new Ajv({ ...options, coerceTypes: 'array' })
  const validatorOf = createValidators(description)
  return ({ operation, pathValues }, { query, headers, body }) => [
    ...operation.parameters.flatMap((parameter) => {
      const value = valueOf(parameter, pathValues, query, headers)
      if (value !== undefined) return problems(validatorOf(parameters, parameter.schema), value, describe(parameter))
      return parameter.required ? [`${describe(parameter)} is missing`] : []
    }),
    ...unknownQuery(operation, query),
    ...checkBody(operation, headers['content-type'], body, (schema) => validatorOf(bodies, schema)),
  ]
}

/** The whole description is the schema that references point into; each schema in it is compiled once. */
function createValidators(description: Description): (ajv: Ajv, schema: unknown) => ValidateFunction {
  const validators = new Map<Ajv, Map<unknown, ValidateFunction>>()
  return (ajv, schema) => {
    let known = validators.get(ajv)
    if (!known) {
      known = new Map()
      validators.set(ajv, known)
      ajv.addSchema({ whole: rebase(description) }, DESCRIPTION)
    }
    const validate = known.get(schema) ?? ajv.compile({ properties: { value: rebase(schema) } })
    known.set(schema, validate)
    return validate
  }
}

const DESCRIPTION = 'https://description.example/'

/** References within the description work from wherever the schema stands. `nullable` without a type means nothing. */
function rebase(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rebase)
  if (typeof schema !== 'object' || schema === null) return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== 'nullable' || 'type' in schema)
      .map(([key, value]) => [
        key,
        key === '$ref' && typeof value === 'string' && value.startsWith('#')
          ? `${DESCRIPTION}#/whole${value.slice(1)}`
          : rebase(value),
      ]),
  )
}

function problems(validate: ValidateFunction, value: unknown, where: string): string[] {
  // Wrapped, so that coercion has a place to put its result.
  if (validate({ value })) return []
  return (validate.errors ?? []).map(({ instancePath, message }) =>
    `${where}${instancePath.replace(/^\/value/, '')} ${message ?? 'is not right'}`.trim(),
  )
}

function valueOf(
  { name, in: place, explode = true, schema }: Parameter,
  pathValues: Readonly<Record<string, string>>,
  query: URLSearchParams,
  headers: GivenRequest['headers'],
): unknown {
  if (place === 'path') return pathValues[name]
  if (place === 'header') return headers[name.toLowerCase()]
  if (place !== 'query' || !query.has(name)) return undefined
  const isArray = typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'array'
  if (!isArray) return query.get(name)
  return explode ? query.getAll(name) : query.get(name)?.split(',')
}

function unknownQuery({ parameters }: Operation, query: URLSearchParams): string[] {
  const known = new Set(parameters.flatMap(({ name, in: place }) => (place === 'query' ? [name] : [])))
  return [...new Set(query.keys())].filter((name) => !known.has(name)).map((name) => `query "${name}" is unknown`)
}

function checkBody(
  { body: expected }: Operation,
  contentType: string | string[] | undefined,
  body: Buffer,
  validatorOf: (schema: unknown) => ValidateFunction,
): string[] {
  if (body.length === 0) return expected?.required ? ['the body is missing'] : []
  if (!expected) return ['a body is not expected']
  const type =
    String(contentType ?? '')
      .split(';', 1)[0]
      ?.trim() ?? ''
  const media = expected.content[type] ?? expected.content['*/*']
  if (!media) return [`the body is "${type}", but should be one of: ${Object.keys(expected.content).join(', ')}`]
  if (type !== 'application/json') return []
  try {
    return problems(validatorOf(media.schema ?? {}), JSON.parse(body.toString('utf8')), 'body')
  } catch (error) {
    if (error instanceof SyntaxError) return [`the body is no JSON: ${error.message}`]
    throw error
  }
}

function describe({ in: place, name }: Parameter): string {
  return `${place} "${name}"`
}
