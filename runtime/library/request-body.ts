import { CallRefused } from './call-refused.ts'
import { bytesOfFile, isFileArgument } from './file-argument.ts'
import type { HttpBody, HttpParameter, PartEncoding } from './http-call.ts'
import { essenceOf, isJsonType, isXmlType } from './media-type.ts'
import { writeMultipart } from './multipart-body.ts'
import { formEncode, percentEncode } from './percent-encode.ts'
import { fillTemplate } from './placeholders.ts'
import { serializeInQuery, textOf } from './serialize-parameter.ts'
import { writeXml } from './xml-body.ts'

/** A body as it goes on the wire. */
export interface WrittenBody {
  readonly contentType: string
  readonly content: string | Uint8Array<ArrayBuffer>
}

/**
 * Writes the body of a call.
 * @param names  the arguments that a template's placeholders may stand for
 * @returns undefined when there is nothing to send
 * @throws CallRefused when a required body is missing or cannot be written as its media type
 */
export function writeBody(
  body: HttpBody,
  input: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): WrittenBody | undefined {
  if (body.kind === 'template') {
    const value = fillTemplate(body.template, input, names)
    return value === undefined ? undefined : writeValue(value, { mediaType: body.mediaType, argument: 'body' })
  }
  const value = Object.hasOwn(input, body.argument) ? input[body.argument] : undefined
  if (value !== undefined) return writeValue(value, body)
  if (body.required) throw new CallRefused(`Argument "${body.argument}", the request body, is missing. Give it.`)
  return undefined
}

/**
 * Writes one value as a whole query: form fields as they are, anything else percent-encoded.
 * OpenAPI 3.2, sections 4.12.1 (`in: querystring`) and 4.12.2.2
 */
export function wholeQuery({ argument, contentType = FORM }: HttpParameter, value: unknown): string {
  if (essenceOf(contentType) === FORM) return writeForm(fieldsOf(value, { argument, mediaType: contentType }), {})
  return percentEncode(isJsonType(contentType) ? JSON.stringify(value) : textOf(value))
}

const FORM = 'application/x-www-form-urlencoded'

type BodyShape = Pick<HttpBody & { kind: 'argument' }, 'argument' | 'mediaType' | 'encoding' | 'schema'>

function writeValue(value: unknown, body: BodyShape): WrittenBody {
  const essence = essenceOf(body.mediaType)
  if (isJsonType(essence)) return { contentType: body.mediaType, content: JSON.stringify(value) }
  if (essence === FORM) {
    return { contentType: body.mediaType, content: writeForm(fieldsOf(value, body), body.encoding ?? {}) }
  }
  if (essence.startsWith('multipart/')) {
    const { contentType, bytes } = writeMultipart(fieldsOf(value, body), body.encoding ?? {}, essence)
    return { contentType, content: bytes }
  }
  if (isFileArgument(value)) {
    const isRange = essence.includes('*')
    const fallback = isRange ? 'application/octet-stream' : body.mediaType
    return { contentType: value.mediaType ?? fallback, content: bytesOfFile(value, body.argument) }
  }
  if (isXmlType(essence)) return { contentType: body.mediaType, content: writeXml(value, body.schema) }
  if (typeof value === 'object') {
    // A range such as */* leaves the choice to us.
    if (essence.includes('*')) return { contentType: 'application/json', content: JSON.stringify(value) }
    throw new CallRefused(
      `Argument "${body.argument}" is sent as ${essence}: give a string, or a file as {"base64": "…"}.`,
    )
  }
  return { contentType: essence.includes('*') ? 'text/plain' : body.mediaType, content: textOf(value) }
}

function fieldsOf(value: unknown, body: BodyShape): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CallRefused(
      `Argument "${body.argument}" is sent as ${essenceOf(body.mediaType)}: give an object with one property per field.`,
    )
  }
  // Any object that is no list can be read by its keys.
  return value as Record<string, unknown>
}

/** Fields by style where the encoding names one; else lists repeat and objects are JSON (OpenAPI 3.1.1, 4.8.15.1). */
function writeForm(
  fields: Readonly<Record<string, unknown>>,
  encodings: Readonly<Record<string, PartEncoding>>,
): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined || value === null) return []
    const encoding = Object.hasOwn(encodings, name) ? encodings[name] : undefined
    const isStyled = encoding?.style !== undefined || encoding?.explode !== undefined
    const isPlainObject = typeof value === 'object' && !Array.isArray(value)
    const style = encoding?.style ?? 'form'
    return serializeInQuery(
      {
        argument: name,
        name,
        in: 'query',
        style,
        explode: encoding?.explode ?? style === 'form',
        ...(encoding?.separators && { separators: encoding.separators }),
        ...(encoding?.allowReserved ? { allowReserved: true } : {}),
      },
      isPlainObject && !isStyled ? JSON.stringify(value) : value,
      formEncode,
    )
  })
  return pairs.join('&')
}
