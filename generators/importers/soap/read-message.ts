import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { type SoapMessage, type XmlElement, XSD } from '../../../runtime/library/soap/soap-protocol.ts'
import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { PropertyNames } from './property-names.ts'
import { NAME } from './read-attributes.ts'
import { contentOf, readGlobalElement } from './read-element.ts'
import { readHeaders, type SoapHeader } from './read-headers.ts'
import { type Port, soapVersionOf } from './read-ports.ts'
import type { SchemaContext, SchemaSet } from './schema-set.ts'
import { TypeTable } from './type-table.ts'
import { childrenNamed, qualifiedName, type Wsdl } from './wsdl.ts'

/** One direction of an operation. */
export interface MessagePlace {
  readonly direction: 'input' | 'output'
  readonly port: Port
  readonly operation: string
  /** The binding's and the interface's word of it. */
  readonly bound: XmlNode | undefined
  readonly declared: XmlNode | undefined
}

export interface ReadMessage {
  readonly message: SoapMessage
  readonly schema: JsonSchema
  /** Header elements that hold credentials. */
  readonly secretHeaders: readonly SoapHeader[]
  /** What the schema cannot say. */
  readonly note: string
  /** What its types refer to, but is defined nowhere: `type "{urn:a}B"`. */
  readonly missing: ReadonlySet<string>
}

/**
 * Reads what travels in one direction. WSDL 1.1, section 3.5; WS-I Basic Profile 1.1, section 4.4
 * @throws PartSkipped
 */
export function readMessage(place: MessagePlace, wsdl: Wsdl, schemas: SchemaSet): ReadMessage {
  const table = new TypeTable(schemas, place.direction)
  const body = soapPart(place.bound, 'body')
  const parts = partsOf(place, wsdl, body)
  const elements =
    place.port.style === 'rpc' ? [wrapperOf(place, body, parts, table)] : parts.map((part) => elementOf(part, table))
  table.finish()
  const [only] = elements
  const key = elements.length === 1 && typeof only?.content === 'object' ? only.content.type : undefined
  const isUnwrapped = key !== undefined && !table.hasVariants(key)
  const shown = isUnwrapped ? (table.definitions[key] ?? {}) : objectOf(elements, table)
  const properties: Record<string, JsonSchema> = { ...Object(shown.properties) }
  const names = new PropertyNames(Object.keys(properties))
  const headers = readHeaders(place, wsdl, table, names)
  for (const { element, schema } of headers) if (schema) properties[element.property] = schema
  const required: string[] = Array.isArray(shown.required) ? shown.required : []
  const root = { type: 'object', properties, ...(required.length > 0 && { required }) }
  const definitions = table.definitionsFor(root)
  return {
    message: { headers: headers.map(({ element }) => element), body: elements, isUnwrapped, types: table.wire },
    schema: {
      ...root,
      ...(place.direction === 'input' && { additionalProperties: false }),
      ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
    },
    secretHeaders: headers.filter(({ secrets }) => secrets.length > 0),
    note: isUnwrapped && typeof shown.description === 'string' ? shown.description : '',
    missing: table.missing,
  }
}

/** The one extension element of SOAP of that name; attachments are refused. */
function soapPart(bound: XmlNode | undefined, name: string): XmlNode | undefined {
  const related = bound?.children.find((child) => child.name === 'multipartRelated')
  if (related) throw new PartSkipped('its messages have attachments (MIME), which are not sent or read')
  const found = bound?.children.find((child) => child.name === name && soapVersionOf(child))
  if (found?.attributes.get('use') === 'encoded')
    throw new PartSkipped('rpc/encoded: its messages follow the SOAP encoding, which no schema describes')
  return found
}

/** The message's parts that stand in the body: those that the binding lists, else all that are no header. */
function partsOf({ declared, bound }: MessagePlace, wsdl: Wsdl, body: XmlNode | undefined): readonly XmlNode[] {
  if (!declared) return []
  const parts = childrenNamed(wsdl.find('message', declared, 'message').node, 'part')
  const listed = body?.attributes.get('parts')?.split(/\s+/)
  const inHeaders = new Set(
    (bound?.children ?? []).filter(({ name }) => name === 'header').map((header) => header.attributes.get('part')),
  )
  return parts.filter((part) => {
    const name = part.attributes.get('name') ?? ''
    return listed === undefined ? !inHeaders.has(name) : listed.includes(name)
  })
}

/** Parts of messages are in no namespace (WS-I Basic Profile 1.1, R2735). */
const WSDL_CONTEXT: SchemaContext = {
  namespace: '',
  qualifiesElements: false,
  qualifiesAttributes: false,
  isChameleon: false,
}

function elementOf(part: XmlNode, table: TypeTable): XmlElement {
  const name = part.attributes.get('element')
  if (name === undefined)
    throw new PartSkipped(
      `the part "${part.attributes.get('name')}" names a type; in document style it must name an element`,
    )
  return readGlobalElement(table.schemas.find('element', qualifiedName(name, part)), table, new PropertyNames())
}

/** Rpc style: an element named for the operation around one for each part, which is in no namespace. */
function wrapperOf(
  { direction, operation, declared }: MessagePlace,
  body: XmlNode | undefined,
  parts: readonly XmlNode[],
  table: TypeTable,
): XmlElement {
  const children = parts.map((part) => {
    const named = part.attributes.get('type')
    if (named === undefined) throw new PartSkipped('a part names an element; in rpc style it must name a type')
    // It reads like a local element of a schema that qualifies nothing.
    return { ...part, name: 'element', namespace: XSD, children: [] }
  })
  const sequence = { ...(declared ?? EMPTY), name: 'sequence', namespace: XSD, children, attributes: new Map() }
  const type = { ...sequence, name: 'complexType', children: [sequence] }
  const name = direction === 'input' ? operation : `${operation}Response`
  if (!NAME.test(name)) throw new PartSkipped('its name is none that XML allows')
  const { content } = table.use({ node: type, context: WSDL_CONTEXT }, name)
  const namespace = body?.attributes.get('namespace') ?? ''
  return { kind: 'element', property: name, name, ...(namespace !== '' && { namespace }), content }
}

const EMPTY: XmlNode = {
  name: '',
  namespace: '',
  attributes: new Map(),
  children: [],
  text: '',
  content: [],
  scope: new Map(),
}

/** Elements with a level of their own. */
function objectOf(elements: readonly XmlElement[], table: TypeTable): JsonSchema {
  return {
    properties: Object.fromEntries(elements.map((element) => [element.property, schemaOf(element, table)])),
    ...(table.direction === 'input' && { required: elements.map(({ property }) => property) }),
  }
}

function schemaOf({ name, namespace = '' }: XmlElement, table: TypeTable): JsonSchema {
  return contentOf(table.schemas.find('element', `{${namespace}}${name}`), table, name).schema
}
