import { CallRefused } from './call-refused.ts'
import type { HttpParameter } from './http-call.ts'
import { isJsonType } from './media-type.ts'
import { percentEncode, percentEncodeUnlessReserved } from './percent-encode.ts'

/** Styles, explode and the delimiters: OpenAPI 3.1.1, sections 4.8.12.3 and 4.8.12.4 (the table of examples). */

/** @returns the text that replaces the placeholder in the path, percent-encoded */
export function serializeInPath(parameter: HttpParameter, value: unknown): string {
  const parts = partsOf(joinInner(parameter, asContent(parameter, value)), percentEncode)
  const name = percentEncode(parameter.name)
  if (parameter.style === 'matrix') return matrix(name, parts, parameter.explode)
  if (parameter.style === 'label') return `.${join(parts, parameter.explode, parameter.explode ? '.' : ',')}`
  return join(parts, parameter.explode, separatorOf(parameter, percentEncode))
}

/**
 * @param encode  how names and values are escaped; the default is percent-encoding
 * @returns `name=value` pairs, encoded; none when there is nothing to send
 */
export function serializeInQuery(
  parameter: HttpParameter,
  value: unknown,
  encode: (text: string) => string = percentEncode,
): string[] {
  const encodeValue = parameter.allowReserved ? percentEncodeUnlessReserved : encode
  const content = asContent(parameter, value)
  const name = encode(parameter.name)
  if (parameter.style === 'deepObject') return deepObject(name, content, encode, encodeValue)
  const parts = partsOf(joinInner(parameter, content), encodeValue, encode)
  return form(name, parts, parameter, separatorOf(parameter, encode))
}

/** @returns the header's value; headers are not percent-encoded (OpenAPI 3.1.1, appendix D) */
export function serializeInHeader(parameter: HttpParameter, value: unknown): string {
  const parts = partsOf(joinInner(parameter, asContent(parameter, value)), asItIs)
  return join(parts, parameter.explode, separatorOf(parameter, asItIs))
}

/** @returns `name=value` pairs, to be joined by `; ` (RFC 6265, section 4.2.1) */
export function serializeInCookie(parameter: HttpParameter, value: unknown): string[] {
  return form(percentEncode(parameter.name), partsOf(asContent(parameter, value), percentEncode), parameter, ',')
}

const DELIMITERS: Partial<Record<HttpParameter['style'], string>> = {
  form: ',',
  spaceDelimited: '%20',
  pipeDelimited: '%7C',
}

function asItIs(text: string): string {
  return text
}

/** Commas stay readable: they may stand in every place (RFC 3986, section 2.2). */
function separatorOf({ separators, style }: HttpParameter, encode: (text: string) => string): string {
  const [separator] = separators ?? []
  if (separator === undefined) return DELIMITERS[style] ?? ','
  return separator === ',' ? separator : encode(separator)
}

/** Lists within a list become texts. */
function joinInner({ separators = [] }: Pick<HttpParameter, 'separators'>, value: unknown): unknown {
  const [, ...inner] = separators
  return inner.length > 0 && Array.isArray(value) ? value.map((item) => joinList(item, inner)) : value
}

/** A list as one text, with a separator for each level. */
export function joinList(value: unknown, [separator = ',', ...inner]: readonly string[]): string {
  return Array.isArray(value) ? value.map((item) => joinList(item, inner)).join(separator) : textOf(value)
}

/** A value by its shape, already encoded. */
type Parts =
  | { readonly kind: 'primitive'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly string[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, string])[] }

function partsOf(value: unknown, encode: (text: string) => string, encodeName = encode): Parts {
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item) => encode(textOf(item))) }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined && member !== null)
    return {
      kind: 'object',
      entries: entries.map(([name, member]) => [encodeName(name), encode(textOf(member))] as const),
    }
  }
  return { kind: 'primitive', text: encode(textOf(value)) }
}

/** A value as text; what is nested deeper than a style can say travels as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  return JSON.stringify(value) ?? ''
}

function join(parts: Parts, explode: boolean, delimiter: string): string {
  if (parts.kind === 'primitive') return parts.text
  if (parts.kind === 'array') return parts.items.join(delimiter)
  return parts.entries.map(([name, text]) => `${name}${explode ? '=' : delimiter}${text}`).join(delimiter)
}

function matrix(name: string, parts: Parts, explode: boolean): string {
  if (explode && parts.kind === 'array') return parts.items.map((item) => matrixPair(name, item)).join('')
  if (explode && parts.kind === 'object') return parts.entries.map(([key, text]) => matrixPair(key, text)).join('')
  return matrixPair(name, join(parts, false, ','))
}

function matrixPair(name: string, text: string): string {
  return text === '' ? `;${name}` : `;${name}=${text}`
}

function form(name: string, parts: Parts, parameter: HttpParameter, delimiter: string): string[] {
  if (parts.kind === 'primitive') return [`${name}=${parts.text}`]
  const isEmpty = parts.kind === 'array' ? parts.items.length === 0 : parts.entries.length === 0
  if (isEmpty) return parameter.allowEmptyValue ? [`${name}=`] : []
  if (!parameter.explode) return [`${name}=${join(parts, false, delimiter)}`]
  if (parts.kind === 'array') return parts.items.map((item) => `${name}=${item}`)
  return parts.entries.map(([key, text]) => `${key}=${text}`)
}

/** Deeper levels are not defined by OpenAPI; brackets are nested and lists repeated, as most servers read them. */
function deepObject(
  name: string,
  value: unknown,
  encodeName: (text: string) => string,
  encodeValue: (text: string) => string,
): string[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item) => deepObject(name, item, encodeName, encodeValue))
  if (typeof value !== 'object') return [`${name}=${encodeValue(textOf(value))}`]
  return Object.entries(value).flatMap(([key, member]) =>
    deepObject(`${name}%5B${encodeName(key)}%5D`, member, encodeName, encodeValue),
  )
}

/** The text of a parameter that is described by `content` instead of a style; any other value is left alone. */
function asContent(parameter: HttpParameter, value: unknown): unknown {
  if (parameter.contentType === undefined || value === undefined) return value
  if (isJsonType(parameter.contentType)) return JSON.stringify(value)
  if (typeof value === 'object') {
    throw new CallRefused(
      `Argument "${parameter.argument}" is sent as ${parameter.contentType} and must be a text. Give it as a string.`,
    )
  }
  return textOf(value)
}
