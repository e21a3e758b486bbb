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
  const { name, in: place, description, required, allowEmptyValue, collectionFormat, ...schema } = value
  return {
    name,
    in: place,
    description,
    required,
    allowEmptyValue,
    ...collectionStyle(asText(collectionFormat), asText(place)),
    schema,
  }
}

/** Tabs (`tsv`) have no style in OpenAPI 3 and hardly a use; they are sent like `csv`. */
function collectionStyle(format: string | undefined, place: string | undefined): JsonRecord {
  if (place === 'path' || place === 'header') return { style: 'simple', explode: false }
  if (format === 'multi') return { style: 'form', explode: true }
  if (format === 'ssv') return { style: 'spaceDelimited', explode: false }
  if (format === 'pipes') return { style: 'pipeDelimited', explode: false }
  return { style: 'form', explode: false }
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
      .map((value) => [String(value.name), collectionStyle(asText(value.collectionFormat), 'formData')]),
  )
  const content = { [isMultipart ? 'multipart/form-data' : FORM]: { schema, encoding } }
  return { value: { required: required.length > 0, content }, document }
}

const FORM = 'application/x-www-form-urlencoded'

function fieldSchema(value: JsonRecord): JsonRecord {
  const { name: _, in: __, required: ___, collectionFormat: ____, ...schema } = value
  return schema.type === 'file' ? { ...schema, type: 'string', format: 'binary' } : schema
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
