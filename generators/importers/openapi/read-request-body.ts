import type { HttpBody, PartEncoding } from '../../../runtime/library/http-call.ts'
import { essenceOf, isJsonType, isXmlType } from '../../../runtime/library/media-type.ts'
import type { ApiDescription, OperationView } from './api-description.ts'
import { cleanText } from './clean-text.ts'
import { FILE_SCHEMA, multipartSchema } from './file-schema.ts'
import type { InputDraft } from './input-draft.ts'
import { asList, asRecord, asText, property, type JsonRecord } from './json-value.ts'
import { separatorsOf } from './read-parameters.ts'
import { PartSkipped } from './part-skipped.ts'
import type { ReadSchema } from './shared-schemas.ts'
import { xmlSchema } from './xml-schema.ts'

/**
 * Reads a request body into the input, under `body` or the next free name, and returns how it is written.
 * OpenAPI 3.1, sections 4.8.13 to 4.8.15
 * @returns undefined when there is none, or it cannot be sent and need not be
 * @throws PartSkipped when a required body cannot be sent
 */
export function readRequestBody(api: ApiDescription, view: OperationView, input: InputDraft): HttpBody | undefined {
  const body = view.requestBody
  if (!body) return undefined
  const [mediaType, content] = bestMediaType(asRecord(body.value.content) ?? {}) ?? []
  if (mediaType === undefined || !content) return undefined
  const isRequired = body.value.required === true
  if (view.method === 'GET' || view.method === 'HEAD') {
    const reason = `a ${view.method} request cannot carry a body: the Fetch standard (section 5.4) forbids it`
    if (isRequired) {
      const way = 'if the API takes the same by POST, describe that, or write it as a code tool'
      throw new PartSkipped(`${reason}, and this operation requires one; ${way}`, ['requestBody'])
    }
    const left = new PartSkipped(`${reason}; the call is made without`, ['requestBody'])
    api.skip({ pointer: left.pointerFrom(view.pointer), reason: left.message })
    return undefined
  }
  const schema = content.schema ?? {}
  const read = readContent(api, mediaType, content, body.document)
  const description = cleanText(asText(body.value.description) ?? '', 300)
  const argument = input.add(
    ['body', 'request_body', 'payload'],
    { ...read, schema: { ...read.schema, ...(description !== '' && { description }) } },
    isRequired,
  )
  const encoding = encodingOf(api, content)
  return {
    kind: 'argument',
    argument,
    mediaType,
    required: isRequired,
    ...(encoding && { encoding }),
    ...(isXmlType(mediaType) && { schema: xmlSchema(schema, body.document, api.references) }),
  }
}

function readContent(api: ApiDescription, mediaType: string, content: JsonRecord, document: string): ReadSchema {
  const essence = essenceOf(mediaType)
  const schema = content.schema ?? {}
  if (essence.startsWith('multipart/')) return multipartSchema(api, schema, content, document)
  if (rank(essence) < BINARY_RANK) return api.inputs.read(schema, document)
  if (essence.startsWith('text/')) return { schema: { type: 'string' }, uses: [], size: 20 }
  return { schema: FILE_SCHEMA, uses: [], size: JSON.stringify(FILE_SCHEMA).length }
}

function bestMediaType(content: JsonRecord): [string, JsonRecord] | undefined {
  const known = Object.entries(content).flatMap(([type, value]): [string, JsonRecord][] => {
    const record = asRecord(value)
    return record ? [[type, record]] : []
  })
  const [best] = known.toSorted(([left], [right]) => rank(essenceOf(left)) - rank(essenceOf(right)))
  // A range with a schema says no more than "some JSON".
  return best && essenceOf(best[0]) === '*/*' && best[1].schema ? ['application/json', best[1]] : best
}

const BINARY_RANK = 6

/** JSON says most about its values; files and forms come before XML, and bytes last. */
function rank(essence: string): number {
  if (essence === 'application/json') return 0
  if (isJsonType(essence)) return 1
  if (essence === '*/*' || essence === 'application/*') return 4
  if (essence.startsWith('multipart/')) return 2
  if (essence === 'application/x-www-form-urlencoded') return 3
  if (isXmlType(essence)) return 5
  return essence.startsWith('text/') ? BINARY_RANK : BINARY_RANK + 1
}

const ENCODING_STYLES = ['form', 'spaceDelimited', 'pipeDelimited', 'deepObject'] as const

function encodingOf(api: ApiDescription, content: JsonRecord): Record<string, PartEncoding> | undefined {
  const entries = Object.entries(asRecord(property(content, 'encoding')) ?? {}).map(([name, value]) => {
    const encoding = asRecord(value)
    const contentType = asText(encoding?.contentType)
    const style = ENCODING_STYLES.find((candidate) => candidate === encoding?.style)
    const part: PartEncoding = {
      ...(contentType !== undefined && { contentType }),
      ...(style !== undefined && { style }),
      ...(typeof encoding?.explode === 'boolean' && { explode: encoding.explode }),
      ...separatorsOf(api, encoding ?? {}),
      ...(encoding?.allowReserved === true && { allowReserved: true }),
      ...fixedHeaders(asRecord(encoding?.headers)),
    }
    return [name, part] as const
  })
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** Headers of a part are no arguments: those whose value the description settles are sent. */
function fixedHeaders(headers: JsonRecord | undefined): Pick<PartEncoding, 'headers'> {
  const settled = Object.entries(headers ?? {}).flatMap(([name, header]): [string, string][] => {
    const schema = asRecord(asRecord(header)?.schema)
    const choices = asList(schema?.enum)
    const value = schema?.const ?? schema?.default ?? (choices.length === 1 ? choices[0] : undefined)
    const isContentType = name.toLowerCase() === 'content-type'
    return isContentType || (typeof value !== 'string' && typeof value !== 'number') ? [] : [[name, String(value)]]
  })
  return settled.length > 0 ? { headers: Object.fromEntries(settled) } : {}
}
