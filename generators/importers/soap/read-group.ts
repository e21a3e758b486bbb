import type { JsonSchema } from '../../../runtime/library/json-schema.ts'
import { type XmlGroup, type XmlPart, XSD } from '../../../runtime/library/soap/soap-protocol.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { type Occurrence, occurrenceOf, readElement } from './read-element.ts'
import { type Component, nameIn } from './schema-set.ts'
import { emptyShape, type ObjectShape } from './type-shape.ts'
import type { TypeTable } from './type-table.ts'

const DEEPEST = 30
const GROUPS = new Set(['sequence', 'choice', 'all', 'group'])
const PARTICLES = new Set([...GROUPS, 'element', 'any'])

/**
 * Reads the content model of a type: sequence, choice, all, or a named group (XML Schema 1.0 part 1, section 3.8).
 * What stands once becomes properties of one object; a group that is repeated as a whole becomes a list of objects.
 */
export function readGroup(holder: Component, shape: ObjectShape, table: TypeTable): void {
  for (const node of holder.node.children)
    if (node.namespace === XSD && GROUPS.has(node.name))
      readPart({ node, context: holder.context }, shape, table, OUTERMOST)
}

interface Place {
  readonly depth: number
  /** It may be left out because something around it may be. */
  readonly isOptional: boolean
  /** It is repeated with what is around it, and is the only thing in there. */
  readonly isAlone: boolean
  /** It is one of the parts of a choice. */
  readonly isChoice: boolean
}

const OUTERMOST: Place = { depth: 0, isOptional: false, isAlone: false, isChoice: false }

function readPart(component: Component, members: ObjectShape, table: TypeTable, place: Place): void {
  table.countPart()
  if (place.depth > DEEPEST) throw new PartSkipped('its groups contain each other')
  const { node } = component
  const occurrence = occurrenceOf(component)
  if (occurrence.most === 0) return
  if (node.name === 'element') addElement(component, members, table, place)
  else if (node.name === 'any') addWildcard(members, table)
  else if (node.name === 'group') readNamedGroup(component, occurrence, members, table, place)
  else if (GROUPS.has(node.name)) addGroup(component, occurrence, members, table, place)
}

function readNamedGroup(
  component: Component,
  occurrence: Occurrence,
  members: ObjectShape,
  table: TypeTable,
  place: Place,
): void {
  const { node, context } = table.schemas.find('group', nameIn(component.node.attributes.get('ref') ?? '', component))
  const model = node.children.find(({ name }) => GROUPS.has(name))
  if (!model) return
  addGroup({ node: model, context }, occurrence, members, table, { ...place, depth: place.depth + 1 })
}

function addElement(component: Component, members: ObjectShape, table: TypeTable, place: Place): void {
  const read = readElement(component, table, members.names, place.isAlone)
  // The head of a group of substitutes stands for all of them.
  if (read.kind === 'choice')
    return addGroup(read.component, read.occurrence, members, table, { ...place, depth: place.depth + 1 })
  const { element, schema, isRequired } = read
  members.parts.push(element)
  members.properties.set(element.property, schema)
  if (isRequired && !place.isOptional) members.required.add(element.property)
}

function addWildcard({ names, parts, properties }: ObjectShape, { direction }: TypeTable): void {
  const property = names.nameFor('any')
  parts.push({ kind: 'any', property })
  if (direction === 'input') properties.set(property, { type: 'string', description: 'Other elements, as XML.' })
}

function addGroup(
  component: Component,
  occurrence: Occurrence,
  members: ObjectShape,
  table: TypeTable,
  place: Place,
): void {
  const { node, context } = component
  const particles = node.children.filter(({ namespace, name }) => namespace === XSD && PARTICLES.has(name))
  const [first] = particles
  const isRepeated = occurrence.most > 1
  const isSingle = particles.length === 1 && first !== undefined
  if (isRepeated && isSingle && GROUPS.has(first.name))
    return readRepeatedGroup({ node: first, context }, occurrence, members, table, place)
  // What is repeated with nothing else is a list of its own.
  const isAlone = isRepeated && isSingle
  const isApart = isRepeated && !isAlone
  const kind = node.name === 'choice' && !isSingle ? 'choice' : 'sequence'
  const isOptional = !isApart && (place.isOptional || occurrence.least === 0)
  const inner: ObjectShape = isApart ? emptyShape() : { ...members, parts: [], notes: [] }
  const isChoice = kind === 'choice'
  const within = { depth: place.depth + 1, isOptional: isOptional || isChoice, isAlone, isChoice }
  for (const particle of particles) readPart({ node: particle, context }, inner, table, within)
  const isRequired = isChoice && !isOptional
  const group: XmlGroup = { kind, parts: inner.parts, ...(isRequired && { isRequired }) }
  if (isApart) return addRepeated(group, inner, members, table)
  members.notes.push(...inner.notes)
  if (!isChoice && !(place.isChoice && inner.parts.length > 1)) members.parts.push(...inner.parts)
  else {
    members.parts.push(group)
    if (!isChoice) return
    members.notes.push(`Give ${isRequired ? '' : 'at most '}one of ${inner.parts.map(nameOf).join(', ')}.`)
  }
}

/** A group that is repeated and holds one other group: that one is repeated. */
function readRepeatedGroup(
  component: Component,
  occurrence: Occurrence,
  members: ObjectShape,
  table: TypeTable,
  place: Place,
): void {
  table.countPart()
  const deeper = { ...place, depth: place.depth + 1 }
  if (deeper.depth > DEEPEST) throw new PartSkipped('its groups contain each other')
  if (component.node.name === 'group') return readNamedGroup(component, occurrence, members, table, deeper)
  return addGroup(component, occurrence, members, table, deeper)
}

function addRepeated(group: XmlGroup, inner: ObjectShape, members: ObjectShape, { direction }: TypeTable): void {
  const property = members.names.nameFor('items')
  const item: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(inner.properties),
    ...(direction === 'input' && {
      ...(inner.required.size > 0 && { required: [...inner.required] }),
      additionalProperties: false,
    }),
  }
  const note = group.kind === 'choice' ? 'Each item has one of its properties. ' : ''
  const said = `${note}${inner.notes.join(' ')}`.trim()
  members.parts.push({ ...group, property })
  members.properties.set(property, { type: 'array', ...(said !== '' && { description: said }), items: item })
}

function nameOf(part: XmlPart): string {
  if (part.kind === 'element' || part.kind === 'any') return part.property
  return part.property ?? part.parts.map(nameOf).join(part.kind === 'choice' ? ' or ' : ' with ')
}
