import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { TYPE_PROPERTY, type XmlType } from '../../../runtime/library/soap/soap-protocol.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { builtInType, type ReadSimple } from './built-in-types.ts'
import { documentationOf } from './documentation.ts'
import { outputOf } from './output-schema.ts'
import { readAttributes } from './read-attributes.ts'
import { readGroup } from './read-group.ts'
import { readRestriction, simpleTypeNamed } from './read-simple-type.ts'
import { childOf, type Component, isTrue, nameIn } from './schema-set.ts'
import { emptyShape, type TypeShape } from './type-shape.ts'
import type { ReadType, TypeTable } from './type-table.ts'

const DEEPEST = 30
/** The encoding's arrays: rpc/encoded, which WS-I Basic Profile 1.1 forbids (section 4.6.4). */
const ENCODING = 'http://schemas.xmlsoap.org/soap/encoding/'

/**
 * Reads a complex type: what it extends comes first (XML Schema 1.0 part 1, section 3.4.2).
 * @throws PartSkipped when a part of it is missing or cannot be sent
 */
export function readComplexType(component: Component, table: TypeTable): ReadType {
  const shape = emptyShape([TYPE_PROPERTY])
  collect(component, shape, table, 0)
  return { wire: wireOf(component, shape), schema: schemaOf(component, shape, table) }
}

function wireOf({ node, context, key }: Component, { parts, attributes, text }: TypeShape): XmlType {
  return {
    ...(key !== undefined && { name: node.attributes.get('name') ?? '' }),
    ...(key !== undefined && context.namespace !== '' && { namespace: context.namespace }),
    ...(isTrue(node.attributes.get('abstract')) && { isAbstract: true as const }),
    ...(attributes.size > 0 && { attributes: [...attributes.values()] }),
    ...(text && { text: { property: text.property, value: text.simple.value } }),
    ...(parts.length > 0 && { content: { kind: 'sequence', parts } as const }),
  }
}

function schemaOf({ node }: Component, shape: TypeShape, { direction }: TypeTable): JsonSchema {
  const { properties, required, notes } = shape
  const said = [documentationOf(node), ...notes].filter((text) => text !== '').join(' ')
  return {
    type: 'object',
    ...(said !== '' && { description: said }),
    properties: Object.fromEntries(properties),
    ...(direction === 'input' && required.size > 0 && { required: [...required] }),
    ...(direction === 'input' && { additionalProperties: false }),
  }
}

function collect(component: Component, shape: TypeShape, table: TypeTable, depth: number): void {
  if (depth > DEEPEST) throw new PartSkipped(`a type of it is derived more than ${DEEPEST} times`)
  const { node, context } = component
  const simple = childOf(node, 'simpleContent')
  const complex = childOf(node, 'complexContent')
  const holder = simple ?? complex
  const derivation = holder && (childOf(holder, 'extension') ?? childOf(holder, 'restriction'))
  const own: Component = { node: derivation ?? node, context }
  if (derivation && simple) readSimpleContent(own, shape, table, depth)
  else if (derivation) readBase(own, shape, table, depth)
  if (isTrue(node.attributes.get('mixed')) || isTrue(complex?.attributes.get('mixed')))
    addText(shape, { value: 'text', schema: { type: 'string' } }, false, table)
  if (!simple) readGroup(own, shape, table)
  readAttributes(own, shape, table)
}

/** A restriction says its whole content anew, and keeps only the attributes of what it restricts. */
function readBase(derivation: Component, shape: TypeShape, table: TypeTable, depth: number): void {
  const key = nameIn(derivation.node.attributes.get('base') ?? '', derivation)
  if (key.startsWith(`{${ENCODING}}`)) throw new PartSkipped('it uses arrays of the SOAP encoding (rpc/encoded)')
  if (builtInType(key)) return
  const base = table.schemas.find('type', key)
  if (derivation.node.name === 'extension') collect(base, shape, table, depth + 1)
  else readBaseAttributes(base, shape, table, depth + 1)
}

function readBaseAttributes(base: Component, shape: TypeShape, table: TypeTable, depth: number): void {
  const of = emptyShape()
  collect(base, of, table, depth)
  for (const [name, attribute] of of.attributes) {
    const property = shape.names.nameFor(attribute.property)
    shape.attributes.set(name, { ...attribute, property })
    shape.properties.set(property, of.properties.get(attribute.property) ?? {})
    if (of.required.has(attribute.property)) shape.required.add(property)
  }
}

function readSimpleContent(derivation: Component, shape: TypeShape, table: TypeTable, depth: number): void {
  const key = nameIn(derivation.node.attributes.get('base') ?? '', derivation)
  const isComplex = !builtInType(key) && table.schemas.find('type', key).node.name === 'complexType'
  if (isComplex) collect(table.schemas.find('type', key), shape, table, depth + 1)
  else addText(shape, simpleTypeNamed(key, table.schemas), true, table)
  if (derivation.node.name !== 'restriction' || !shape.text) return
  const { property, simple } = shape.text
  const restricted = readRestriction(derivation, table.schemas, 0, simple)
  shape.text = { property, simple: restricted }
  shape.properties.set(property, table.direction === 'input' ? restricted.schema : outputOf(restricted))
}

function addText(shape: TypeShape, simple: ReadSimple, isRequired: boolean, table: TypeTable): void {
  if (shape.text) return
  const property = shape.names.nameFor(isRequired ? 'value' : 'text')
  shape.text = { property, simple }
  shape.properties.set(property, table.direction === 'input' ? simple.schema : outputOf(simple))
  if (isRequired) shape.required.add(property)
}
