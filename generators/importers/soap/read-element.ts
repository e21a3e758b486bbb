import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { type XmlElement, XSD } from '../../../runtime/library/soap/soap-protocol.ts'
import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { builtInType, type ReadSimple } from './built-in-types.ts'
import { documentationOf } from './documentation.ts'
import { outputOf } from './output-schema.ts'
import type { PropertyNames } from './property-names.ts'
import { NAME } from './read-attributes.ts'
import { readSimpleType } from './read-simple-type.ts'
import { childOf, type Component, isTrue, nameIn } from './schema-set.ts'
import type { TypeTable } from './type-table.ts'

export interface Occurrence {
  readonly least: number
  /** Infinity: unbounded. */
  readonly most: number
}

export type ReadElement =
  | {
      readonly kind: 'element'
      readonly element: XmlElement
      readonly schema: JsonSchema
      readonly isRequired: boolean
    }
  /** It stands for one of several: a choice made for it, and how often that may be there. */
  | { readonly kind: 'choice'; readonly component: Component; readonly occurrence: Occurrence }

/** XML Schema 1.0 part 1, section 3.9.1 */
export function occurrenceOf({ node }: Component): Occurrence {
  const most = node.attributes.get('maxOccurs') ?? '1'
  return { least: Number(node.attributes.get('minOccurs') ?? 1), most: most === 'unbounded' ? Infinity : Number(most) }
}

/**
 * Reads an element of a content model.
 * @param isRepeated  a group around it is repeated for its sake
 * @throws PartSkipped
 */
export function readElement(
  component: Component,
  table: TypeTable,
  names: PropertyNames,
  isRepeated = false,
): ReadElement {
  const ref = component.node.attributes.get('ref')
  const declared = ref === undefined ? component : referred(nameIn(ref, component), table)
  const occurrence = occurrenceOf(component)
  const substitutes = declared.key === undefined ? [] : table.schemas.substitutesOf(declared.key)
  if (ref !== undefined && substitutes.length > 0 && !component.node.attributes.has(ITSELF))
    return { kind: 'choice', component: choiceOf(declared, substitutes), occurrence }
  const name = nameOf(declared)
  const property = names.nameFor(name)
  const { content, schema } = contentOf(declared, table, name)
  const isList = isRepeated || occurrence.most > 1
  const fixed = declared.node.attributes.get('fixed')
  const isNillable = isTrue(declared.node.attributes.get('nillable'))
  const namespace = ref === undefined ? localNamespace(component) : declared.context.namespace
  return {
    kind: 'element',
    element: {
      kind: 'element',
      property,
      name,
      ...(namespace !== '' && { namespace }),
      content,
      ...(isList && { isList }),
      ...(isNillable && { isNillable }),
      ...(fixed !== undefined && typeof content === 'string' && { fixed }),
    },
    schema: described(component, declared, asList(nillable(schema, isNillable), isList, occurrence, table), table),
    isRequired: occurrence.least > 0 && fixed === undefined,
  }
}

/** What is missing is still known by its name, and holds XML. */
function referred(key: string, table: TypeTable): Component {
  const found = table.findOrNote('element', key)
  if (found) return found
  const [, namespace = '', name = ''] = /^\{(.*)\}(.*)$/.exec(key) ?? []
  return missingElement(name, namespace)
}

/** An element of its own: of a message's body or header. */
export function readGlobalElement(declared: Component, table: TypeTable, names: PropertyNames): XmlElement {
  const name = nameOf(declared)
  const { content } = contentOf(declared, table, name)
  const isNillable = isTrue(declared.node.attributes.get('nillable'))
  const { namespace } = declared.context
  return {
    kind: 'element',
    property: names.nameFor(name),
    name,
    ...(namespace !== '' && { namespace }),
    content,
    ...(isNillable && { isNillable }),
  }
}

/** What an element holds: a type of its own, a named one, that of the element it substitutes, or anything. */
export function contentOf(
  component: Component,
  table: TypeTable,
  name: string,
): { readonly content: XmlElement['content']; readonly schema: JsonSchema } {
  const { node, context } = component
  const complex = childOf(node, 'complexType')
  if (complex) return table.use({ node: complex, context }, name)
  const simple = childOf(node, 'simpleType')
  if (simple) return simpleContent(readSimpleType({ node: simple, context }, table.schemas), table)
  const type = node.attributes.get('type')
  if (type !== undefined) return typeNamed(nameIn(type, component), table, name)
  const head = node.attributes.get('substitutionGroup')
  if (head !== undefined) return contentOf(table.schemas.find('element', nameIn(head, component)), table, name)
  return typeNamed(`{${XSD}}anyType`, table, name)
}

export function typeNamed(key: string, table: TypeTable, name: string) {
  const known = builtInType(key)
  if (known) return simpleContent(known, table)
  if (key.startsWith(`{${MISSING}}`)) return table.opaque()
  const component = table.findOrNote('type', key)
  if (!component) return table.opaque()
  if (component.node.name === 'complexType') return table.use(component, name)
  return simpleContent(readSimpleType(component, table.schemas), table)
}

function simpleContent(simple: ReadSimple, { direction }: TypeTable) {
  return { content: simple.value, schema: direction === 'input' ? simple.schema : outputOf(simple) }
}

function nameOf({ node }: Component): string {
  const name = node.attributes.get('name') ?? ''
  if (!NAME.test(name)) throw new PartSkipped(`an element has no name that XML allows: "${name.slice(0, 60)}"`)
  return name
}

/** Section 3.3.2: local elements are in the namespace when the schema or they themselves say so. */
function localNamespace({ node, context }: Component): string {
  const form = node.attributes.get('form')
  const isQualified = form === undefined ? context.qualifiesElements : form === 'qualified'
  return isQualified ? context.namespace : ''
}

function nillable(schema: JsonSchema, isNillable: boolean): JsonSchema {
  if (!isNillable || (schema.type === undefined && !('$ref' in schema) && !('enum' in schema))) return schema
  if (Array.isArray(schema.enum)) return { ...schema, ...orNull(schema.type), enum: [...schema.enum, null] }
  return schema.type === undefined ? { anyOf: [schema, { type: 'null' }] } : { ...schema, ...orNull(schema.type) }
}

function orNull(type: unknown): JsonSchema {
  return type === undefined ? {} : { type: [...(Array.isArray(type) ? type : [type]), 'null'] }
}

function asList(items: JsonSchema, isList: boolean, { least, most }: Occurrence, { direction }: TypeTable): JsonSchema {
  if (!isList) return items
  const limits = direction === 'input' && {
    ...(least > 0 && { minItems: least }),
    ...(Number.isFinite(most) && most > 1 && { maxItems: most }),
  }
  return { type: 'array', items, ...limits }
}

function described(
  component: Component,
  declared: Component,
  schema: JsonSchema,
  { direction }: TypeTable,
): JsonSchema {
  const said = documentationOf(component.node) || documentationOf(declared.node)
  const usual = declared.node.attributes.get('default')
  const fixed = declared.node.attributes.get('fixed')
  return {
    ...schema,
    ...(said !== '' && { description: said }),
    ...(direction === 'input' && usual !== undefined && schema.type === 'string' && { default: usual }),
    ...(direction === 'input' && fixed !== undefined && schema.type === 'string' && { const: fixed }),
  }
}

/** Its type is defined nowhere. */
function missingElement(name: string, namespace: string): Component {
  const attributes = new Map([
    ['name', name],
    ['type', `missing:${name}`],
  ])
  const scope = new Map([['missing', MISSING]])
  const node: XmlNode = { name: 'element', namespace: XSD, attributes, children: [], text: '', content: [], scope }
  return { node, context: { namespace, qualifiesElements: true, qualifiesAttributes: false, isChameleon: false } }
}

const MISSING = 'urn:missing'

/** Says that a reference means the element itself, and not those that may stand in its place. */
const ITSELF = 'itself'

/** The head, unless it is abstract, and all that may stand in its place. */
function choiceOf(head: Component, substitutes: readonly Component[]): Component {
  const heads = isTrue(head.node.attributes.get('abstract')) ? [] : [head]
  const children = [...heads, ...substitutes].map(referenceTo)
  const node: XmlNode = { ...head.node, name: 'choice', attributes: new Map(), children, content: children }
  return { node, context: head.context }
}

function referenceTo({ node, context }: Component): XmlNode {
  const attributes = new Map([
    ['ref', `s:${node.attributes.get('name')}`],
    [ITSELF, 'true'],
  ])
  return { ...node, attributes, children: [], content: [], scope: new Map([['s', context.namespace]]) }
}
