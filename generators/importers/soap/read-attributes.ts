import { PartSkipped } from '../openapi/part-skipped.ts'
import type { ReadSimple } from './built-in-types.ts'
import { documentationOf } from './documentation.ts'
import { outputOf } from './output-schema.ts'
import { readSimpleType, simpleTypeNamed } from './read-simple-type.ts'
import { childOf, type Component, nameIn } from './schema-set.ts'
import type { TypeShape } from './type-shape.ts'
import type { TypeTable } from './type-table.ts'

const DEEPEST = 20
const XML = '{http://www.w3.org/XML/1998/namespace}'

/** Reads the attributes of a type or group of attributes. XML Schema 1.0 part 1, sections 3.2 and 3.6 */
export function readAttributes({ node, context }: Component, shape: TypeShape, table: TypeTable, depth = 0): void {
  if (depth > DEEPEST) throw new PartSkipped('its groups of attributes contain each other')
  for (const child of node.children) {
    const component: Component = { node: child, context }
    const ref = child.attributes.get('ref')
    if (child.name === 'attribute') readAttribute(component, shape, table)
    else if (child.name === 'attributeGroup' && ref !== undefined)
      readAttributes(table.schemas.find('attributeGroup', nameIn(ref, component)), shape, table, depth + 1)
  }
}

function readAttribute(component: Component, shape: TypeShape, table: TypeTable): void {
  table.countPart()
  const use = component.node.attributes.get('use')
  const ref = component.node.attributes.get('ref')
  const key = ref === undefined ? undefined : nameIn(ref, component)
  // xml:lang and its kin belong to no schema that is at hand.
  const isBuiltIn = key?.startsWith(XML) === true
  const declared = key === undefined || isBuiltIn ? component : table.schemas.find('attribute', key)
  const name = isBuiltIn ? (key ?? '').slice(XML.length) : (declared.node.attributes.get('name') ?? '')
  if (!NAME.test(name)) throw new PartSkipped(`an attribute has no name that XML allows: "${name.slice(0, 60)}"`)
  if (use === 'prohibited') return drop(name, shape)
  const simple = isBuiltIn ? TEXT : typeOf(declared, table)
  const known = shape.attributes.get(name)
  const property = known?.property ?? shape.names.nameFor(name, `${name}_attribute`)
  const namespace = isBuiltIn ? XML.slice(1, -1) : namespaceOf(component, declared, ref !== undefined)
  const fixed = component.node.attributes.get('fixed') ?? declared.node.attributes.get('fixed')
  shape.attributes.set(name, {
    property,
    name,
    ...(namespace !== '' && { namespace }),
    value: simple.value,
    ...(fixed !== undefined && { fixed }),
  })
  const said = documentationOf(component.node) || documentationOf(declared.node)
  const schema = table.direction === 'input' ? simple.schema : outputOf(simple)
  shape.properties.set(property, { ...schema, ...(said !== '' && { description: said }) })
  if (use === 'required' && fixed === undefined) shape.required.add(property)
}

/** Letters, digits and a few marks, also of other scripts (Namespaces in XML 1.0, NCName); none can end a tag. */
export const NAME = /^[\p{L}_][\p{L}\p{N}\p{M}._·-]{0,200}$/u

const TEXT: ReadSimple = { value: 'text', schema: { type: 'string' } }

function drop(name: string, shape: TypeShape): void {
  const known = shape.attributes.get(name)
  if (!known) return
  shape.attributes.delete(name)
  shape.properties.delete(known.property)
  shape.required.delete(known.property)
}

function typeOf(component: Component, { schemas }: TypeTable): ReadSimple {
  const type = component.node.attributes.get('type')
  if (type !== undefined) return simpleTypeNamed(nameIn(type, component), schemas)
  const inner = childOf(component.node, 'simpleType')
  return inner ? readSimpleType({ node: inner, context: component.context }, schemas) : TEXT
}

/** Section 3.2.2: global ones are always in their namespace, local ones when the schema or they themselves say so. */
function namespaceOf(component: Component, declared: Component, isReferred: boolean): string {
  if (isReferred) return declared.context.namespace
  const form = component.node.attributes.get('form')
  const isQualified = form === undefined ? component.context.qualifiesAttributes : form === 'qualified'
  return isQualified ? component.context.namespace : ''
}
