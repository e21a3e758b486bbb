import type { ApiDescription, OperationView, ParameterView } from './api-description.ts'
import { asList, asRecord, asText, property, type JsonRecord } from './json-value.ts'

/**
 * Rewrites an operation of Swagger 2.0 in the words of OpenAPI 3: body and form parameters become a request body,
 * types of parameters their schema, `collectionFormat` a style, `consumes` and `produces` media types.
 * https://spec.openapis.org/oas/v2.0.html
 */
export function fromSwagger2(api: ApiDescription, view: OperationView): OperationView {
  const consumes = mediaTypes(api, view, 'consumes')
  const body = view.parameters.find(({ value }) => value.in === 'body')
  const fields = view.parameters.filter(({ value }) => value.in === 'formData')
  const others = view.parameters.filter(({ value }) => value.in !== 'body' && value.in !== 'formData')
  const requestBody = body ? bodyOf(body, consumes) : formOf(fields, consumes, view.document)
  return {
    ...view,
    parameters: others.map((parameter) => ({ ...parameter, value: parameterOf(parameter.value) })),
    ...(requestBody && { requestBody }),
    responses: responsesOf(api, view),
  }
}

function mediaTypes(api: ApiDescription, view: OperationView, keyword: 'consumes' | 'produces'): string[] {
  const written = property(view.operation, keyword) ?? property(api.document, keyword)
  return asList(written).filter((type) => typeof type === 'string')
}

function parameterOf(value: JsonRecord): JsonRecord {
  const { name, in: place, description, required, allowEmptyValue, ...schema } = value
  return {
    name,
    in: place,
    description,
    required,
    allowEmptyValue,
    ...collectionStyle(value),
    schema: withoutFormat(schema),
  }
}

/** Swagger 2.0: collectionFormat, `csv` by default. */
const SEPARATORS = new Map([
  ['csv', ','],
  ['ssv', ' '],
  ['tsv', '\t'],
  ['pipes', '|'],
])
/** Of a query, in OpenAPI 3. */
const STYLES = new Map([
  ['csv', 'form'],
  ['multi', 'form'],
  ['ssv', 'spaceDelimited'],
  ['pipes', 'pipeDelimited'],
])
/** Lists in lists, at most. */
const DEEPEST = 5

/** A style where OpenAPI 3 has one; the separators themselves for the others, and for lists in lists. */
function collectionStyle(value: JsonRecord): JsonRecord {
  const [format = 'csv', ...inner] = formatsOf(value, 0)
  const isInQuery = value.in === 'query' || value.in === 'formData'
  const style = isInQuery ? STYLES.get(format) : 'simple'
  const isSaid = style !== undefined && (isInQuery || separatorOf(format) === ',') && inner.length === 0
  return {
    style: style ?? 'form',
    explode: isInQuery && format === 'multi',
    ...(!isSaid && { separators: [format, ...inner].map(separatorOf) }),
  }
}

function separatorOf(format: string): string {
  return SEPARATORS.get(format) ?? ','
}

/** Of a list and the lists in it. */
function formatsOf({ type, collectionFormat, items }: JsonRecord, depth: number): string[] {
  if (type !== 'array' || depth > DEEPEST) return []
  return [asText(collectionFormat) ?? 'csv', ...formatsOf(asRecord(items) ?? {}, depth + 1)]
}

function withoutFormat(value: JsonRecord): JsonRecord {
  const { collectionFormat: _, ...schema } = value
  const items = asRecord(schema.items)
  return items?.type === 'array' ? { ...schema, items: withoutFormat(items) } : schema
}

function bodyOf(
  { value, document }: ParameterView,
  consumes: readonly string[],
): { value: JsonRecord; document: string } {
  const types = consumes.length > 0 ? consumes : ['application/json']
  const content = Object.fromEntries(types.map((type) => [type, { schema: value.schema }]))
  return { value: { description: value.description, required: value.required, content }, document }
}

function formOf(
  fields: readonly ParameterView[],
  consumes: readonly string[],
  document: string,
): { value: JsonRecord; document: string } | undefined {
  if (fields.length === 0) return undefined
  const values = fields.map(({ value }) => value)
  const hasFile = values.some(({ type }) => type === 'file')
  const isMultipart = hasFile || (consumes.includes('multipart/form-data') && !consumes.includes(FORM))
  const required = values.filter((value) => value.required === true).map(({ name }) => name)
  const schema = {
    type: 'object',
    properties: Object.fromEntries(values.map((value) => [String(value.name), fieldSchema(value)])),
    required,
  }
  const encoding = Object.fromEntries(
    values
      .filter(({ type }) => type === 'array')
      .map((value) => [String(value.name), isMultipart ? partSeparators(value) : collectionStyle(value)]),
  )
  const content = { [isMultipart ? 'multipart/form-data' : FORM]: { schema, encoding } }
  return { value: { required: required.length > 0, content }, document }
}

/** A part of its own for each item only where the list is `multi`. */
function partSeparators(value: JsonRecord): JsonRecord {
  const formats = formatsOf(value, 0)
  return formats[0] === 'multi' ? {} : { separators: formats.map(separatorOf) }
}

const FORM = 'application/x-www-form-urlencoded'

function fieldSchema(value: JsonRecord): JsonRecord {
  const { name: _, in: __, required: ___, ...schema } = value
  return schema.type === 'file' ? { ...schema, type: 'string', format: 'binary' } : withoutFormat(schema)
}

function responsesOf(api: ApiDescription, view: OperationView): JsonRecord {
  const produces = mediaTypes(api, view, 'produces')
  const types = produces.length > 0 ? produces : ['application/json']
  return Object.fromEntries(
    Object.entries(view.responses).map(([status, response]) => {
      const record = asRecord(response)
      if (!record || record.$ref !== undefined || record.schema === undefined) return [status, response]
      return [
        status,
        { ...record, content: Object.fromEntries(types.map((type) => [type, { schema: record.schema }])) },
      ]
    }),
  )
}
