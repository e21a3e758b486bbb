import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { asList, asRecord, asText, property, type JsonRecord } from './json-value.ts'
import type { ApiDescription } from './api-description.ts'
import type { ReadSchema } from './shared-schemas.ts'

/** How a tool takes a file (runtime/library/load-files.ts). Few words: some tools take many. */
export const FILE_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'A file.',
  properties: {
    base64: { type: 'string' },
    uri: { type: 'string', description: 'Instead of base64: data:, or a resource of this server' },
    filename: { type: 'string' },
    mediaType: { type: 'string' },
  },
  additionalProperties: false,
}

/** `allOf` within `allOf`, at most. */
const DEEPEST = 8

/** The schema of a multipart body: one property per part, with files where the parts are bytes. */
export function multipartSchema(
  api: ApiDescription,
  schema: unknown,
  content: JsonRecord,
  document: string,
): ReadSchema {
  const fields = fieldsOf(api, schema, document, 0)
  const uses = new Set<string>()
  const properties = fields.properties
    .filter(({ schema: field }) => asRecord(field)?.readOnly !== true)
    .map(({ name, schema: field, document: place }) => {
      const encoding = asRecord(property(asRecord(content.encoding), name))
      const file = fileSchema(api, field, asText(encoding?.contentType), place)
      if (file) return [name, file] as const
      const read = api.inputs.read(field, place)
      for (const use of read.uses) uses.add(use)
      return [name, read.schema] as const
    })
  const names = new Set(properties.map(([name]) => name))
  const required = fields.required.filter((name) => names.has(name))
  const whole = {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  }
  return { schema: whole, uses: [...uses], size: JSON.stringify(whole).length }
}

interface Fields {
  readonly properties: readonly { readonly name: string; readonly schema: unknown; readonly document: string }[]
  readonly required: readonly string[]
}

function fieldsOf(api: ApiDescription, schema: unknown, document: string, depth: number): Fields {
  const located = api.references.follow(schema, document)
  const record = asRecord(located.value)
  const parts = depth < DEEPEST ? asList(record?.allOf) : []
  const inherited = parts.map((part) => fieldsOf(api, part, located.document, depth + 1))
  const own = Object.entries(asRecord(record?.properties) ?? {})
  return {
    properties: [
      ...inherited.flatMap(({ properties }) => properties),
      ...own.map(([name, field]) => ({ name, schema: field, document: located.document })),
    ],
    required: [
      ...inherited.flatMap(({ required }) => required),
      ...asList(record?.required).filter((name) => typeof name === 'string'),
    ],
  }
}

/** A file, or a list of them; undefined when the part is none. */
function fileSchema(
  api: ApiDescription,
  schema: unknown,
  contentType: string | undefined,
  document: string,
): JsonSchema | undefined {
  const located = api.references.follow(schema, document)
  const record = asRecord(located.value) ?? {}
  const text = asText(asRecord(schema)?.description) ?? asText(record.description)
  const description = text === undefined ? undefined : `${text.slice(0, 200).toWellFormed()} (a file)`
  if (isBinary(record, contentType)) return { ...FILE_SCHEMA, ...(description !== undefined && { description }) }
  if (record.type !== 'array' || record.items === undefined) return undefined
  const item = fileSchema(api, record.items, contentType, located.document)
  return item && { type: 'array', items: item, ...(description !== undefined && { description }) }
}

/** OpenAPI 3.0: `format: binary`; 3.1: no type but `contentMediaType`, or an encoding of bytes (section 4.8.14.3). */
function isBinary(schema: JsonRecord, contentType: string | undefined): boolean {
  if (schema.type === 'file') return true
  if (schema.type === 'string') {
    if (schema.format === 'binary') return true
    return schema.contentMediaType === 'application/octet-stream' && schema.contentEncoding === undefined
  }
  const isOpen = schema.type === undefined && !schema.properties && !schema.items && !schema.allOf && !schema.anyOf
  const mediaType = asText(schema.contentMediaType) ?? contentType
  return isOpen && !schema.oneOf && mediaType !== undefined && !/json|^text\//.test(mediaType)
}
