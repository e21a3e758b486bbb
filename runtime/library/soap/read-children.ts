import type { XmlElement, XmlGroup, XmlPart } from './soap-protocol.ts'
import { looseValue } from './xml-fragment.ts'
import type { XmlNode } from './xml-tree.ts'

type ReadValue = (element: XmlElement, node: XmlNode) => unknown

/**
 * Sorts the children of an element into the properties that the schema gives them. Lists are always there; what the
 * schema does not know is kept by its name.
 * @param readValue  gives the value of one element; undefined: none
 */
export function readChildren(
  content: XmlGroup,
  children: readonly XmlNode[],
  readValue: ReadValue,
): ReadonlyMap<string, unknown> {
  const parts = flat(content)
  const members = new Map<string, unknown>(listsOf(parts))
  const groups = new Map<XmlGroup, GroupItem[]>()
  for (const child of children) {
    const part = partFor(child, parts, members)
    if (part?.kind === 'element') addElement(part, child, members, readValue)
    else if (part === undefined || part.kind === 'any') addLoose(child, members)
    else {
      const items = groups.get(part) ?? []
      groups.set(part, items)
      addToGroup(part, child, items, readValue)
    }
  }
  for (const [{ property = '' }, items] of groups)
    members.set(
      property,
      items.map((item) => Object.fromEntries(item.members)),
    )
  return members
}

/** The parts of one level: what is not repeated as a whole stands in the same object. */
function flat(group: XmlGroup): XmlPart[] {
  return group.parts.flatMap((part) => (isPlainGroup(part) ? flat(part) : [part]))
}

function isPlainGroup(part: XmlPart): part is XmlGroup {
  return (part.kind === 'sequence' || part.kind === 'choice') && part.property === undefined
}

function listsOf(parts: readonly XmlPart[]): [string, unknown[]][] {
  return parts.flatMap((part) => {
    const isList = part.kind === 'element' ? part.isList === true : part.kind !== 'any'
    return isList ? [[part.property ?? '', []]] : []
  })
}

/** Servers get namespaces wrong more often than names: the name alone will do where nothing fits better. */
function partFor(node: XmlNode, parts: readonly XmlPart[], members: ReadonlyMap<string, unknown>): XmlPart | undefined {
  return (
    parts.find((part) => takes(part, node, members, true)) ?? parts.find((part) => takes(part, node, members, false))
  )
}

function takes(part: XmlPart, node: XmlNode, members: ReadonlyMap<string, unknown>, isExact: boolean): boolean {
  if (part.kind === 'any') return false
  if (part.kind !== 'element') return flat(part).some((inner) => takes(inner, node, new Map(), isExact))
  if (part.name !== node.name || (isExact && (part.namespace ?? '') !== node.namespace)) return false
  return part.isList === true || !members.has(part.property)
}

function addElement(part: XmlElement, node: XmlNode, members: Map<string, unknown>, readValue: ReadValue): void {
  const value = readValue(part, node)
  if (value === undefined) return
  const known = members.get(part.property)
  members.set(part.property, part.isList ? [...(Array.isArray(known) ? known : []), value] : value)
}

function addLoose(node: XmlNode, members: Map<string, unknown>): void {
  const known = members.get(node.name)
  const value = looseValue(node)
  members.set(node.name, known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value])
}

/** One occurrence of a repeated group. */
interface GroupItem {
  /** Of a choice, the part that was chosen; else the group. */
  readonly chosen: XmlPart
  readonly members: Map<string, unknown>
  /** How far in the parts of `chosen` it is: what stands before belongs to the next. */
  reached: number
}

function addToGroup(group: XmlGroup, node: XmlNode, items: GroupItem[], readValue: ReadValue): void {
  const last = items.at(-1)
  if (last && addToItem(last, node, readValue)) return
  const choices = group.kind === 'choice' ? group.parts : [group]
  const chosen = partFor(node, choices, new Map())
  if (!chosen) return
  const item: GroupItem = { chosen, members: new Map(), reached: 0 }
  items.push(item)
  addToItem(item, node, readValue)
}

function addToItem(item: GroupItem, node: XmlNode, readValue: ReadValue): boolean {
  const { chosen, members } = item
  const parts = chosen.kind === 'sequence' || chosen.kind === 'choice' ? flat(chosen) : [chosen]
  const part = partFor(node, parts.slice(item.reached), members)
  if (!part) return false
  item.reached = parts.indexOf(part)
  if (part.kind === 'element') addElement(part, node, members, readValue)
  else addLoose(node, members)
  return true
}
