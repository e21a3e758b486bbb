import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import type { XmlElement, XmlPart } from '../../../runtime/library/soap/soap-protocol.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { secretName, words } from '../openapi/secret-names.ts'
import type { PropertyNames } from './property-names.ts'
import { contentOf, readGlobalElement } from './read-element.ts'
import type { MessagePlace } from './read-message.ts'
import { soapVersionOf } from './read-ports.ts'
import type { TypeTable } from './type-table.ts'
import { childrenNamed, qualifiedName, type Wsdl } from './wsdl.ts'

/** A header element of a message. */
export interface SoapHeader {
  readonly element: XmlElement
  /** Absent when nothing of it is an argument. */
  readonly schema?: JsonSchema
  /** The names of the credentials it holds. */
  readonly secrets: readonly string[]
}

/** WS-Security's own header: what goes in there is a credential, not an argument. */
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'

/**
 * Reads the headers that a binding names (WSDL 1.1, section 3.7). Those of answers are not read. Plain texts in a header
 * that are called like a login are credentials, which no model is to see.
 * @throws PartSkipped
 */
export function readHeaders(place: MessagePlace, wsdl: Wsdl, table: TypeTable, names: PropertyNames): SoapHeader[] {
  if (place.direction === 'output') return []
  return headerElements(place, wsdl)
    .filter((key) => !isSecurity(key))
    .map((key) => readHeader(key, table, names))
}

/** Whether a binding names the header of WS-Security. */
export function hasSecurityHeader(place: MessagePlace, wsdl: Wsdl): boolean {
  return headerElements(place, wsdl).some(isSecurity)
}

function isSecurity(key: string): boolean {
  return key.startsWith(`{${WSSE}}`)
}

/** The elements that a binding names as headers, as `{namespace}name`. */
function headerElements({ bound }: MessagePlace, wsdl: Wsdl): string[] {
  const headers = bound?.children.filter((child) => child.name === 'header' && soapVersionOf(child)) ?? []
  return headers.map((header) => {
    if (header.attributes.get('use') === 'encoded') throw new PartSkipped('a header of it is encoded (rpc/encoded)')
    const parts = childrenNamed(wsdl.find('message', header, 'message').node, 'part')
    const part = parts.find((each) => each.attributes.get('name') === header.attributes.get('part'))
    const named = part?.attributes.get('element')
    if (!part || named === undefined) throw new PartSkipped('a header of it names no element')
    return qualifiedName(named, part)
  })
}

function readHeader(key: string, table: TypeTable, names: PropertyNames): SoapHeader {
  const declared = table.schemas.find('element', key)
  const element = readGlobalElement(declared, table, names)
  const { schema } = contentOf(declared, table, element.name)
  table.finish()
  const { content } = element
  if (typeof content === 'string') {
    const secret = isLogin(element.name) ? secretName(words(apart(element.name))) : undefined
    return secret === undefined
      ? { element, schema, secrets: [] }
      : { element: { ...element, secret }, secrets: [secret] }
  }
  const type = table.wire[content.type]
  const parts = type?.content?.parts ?? []
  const withSecrets = parts.map((part) => withSecret(part, element.name))
  const secrets = withSecrets.flatMap((part) =>
    part.kind === 'element' && part.secret !== undefined ? [part.secret] : [],
  )
  if (secrets.length === 0) return { element, schema, secrets }
  const own = `${content.type}_header`
  table.wire[own] = { ...type, content: { kind: 'sequence', parts: withSecrets } }
  const shown = withoutSecrets(table.definitions[content.type] ?? {}, withSecrets)
  const isShown = Object.keys(Object(shown.properties)).length > 0
  return { element: { ...element, content: { type: own } }, ...(isShown && { schema: shown }), secrets }
}

const LOGIN =
  /pass(word|wd|phrase|code)?$|token|secret|api_?key|^(licen[cs]e_?)?key$|user_?(name|id)?$|^login|session_?id|^session$|ticket|^auth|credential|account_?(name|id)$|^pin$/

function isLogin(name: string): boolean {
  return LOGIN.test(apart(name).toLowerCase())
}

/** Camel case as snake case. */
function apart(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
}

function withSecret(part: XmlPart, header: string): XmlPart {
  if (part.kind !== 'element' || part.content !== 'text' || part.isList || !isLogin(part.name)) return part
  return { ...part, secret: secretName(`${words(apart(header))}_${words(apart(part.name))}`) }
}

function withoutSecrets(definition: JsonSchema, parts: readonly XmlPart[]): JsonSchema {
  const hidden = new Set(
    parts.flatMap((part) => (part.kind === 'element' && part.secret !== undefined ? [part.property] : [])),
  )
  const properties = Object.entries(Object(definition.properties)).filter(([name]) => !hidden.has(name))
  const required = Array.isArray(definition.required) ? definition.required.filter((name) => !hidden.has(name)) : []
  const { required: _required, ...rest } = definition
  return { ...rest, properties: Object.fromEntries(properties), ...(required.length > 0 && { required }) }
}
