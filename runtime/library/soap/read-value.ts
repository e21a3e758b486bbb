import { readChildren } from './read-children.ts'
import { readSimple } from './simple-value.ts'
import { type SimpleValue, TYPE_PROPERTY, type XmlElement, type XmlType, XSD, XSI } from './soap-protocol.ts'
import { looseValue } from './xml-fragment.ts'
import type { XmlNode } from './xml-tree.ts'

type Types = Readonly<Record<string, XmlType>>

/** The value of an element as its schema says; undefined for an empty number or the like. */
export function readElement({ content }: XmlElement, node: XmlNode, types: Types): unknown {
  if (/^(true|1)$/.test(node.attributes.get(`{${XSI}}nil`) ?? '')) return null
  if (typeof content === 'object') return readComplex(content.type, node, types)
  if (content === 'xml') return looseValue(node)
  if (content === 'any') return node.children.length > 0 ? looseValue(node) : readSimple(node.text, builtIn(node))
  const isEmpty = node.text.trim() === '' && /^(boolean|integer|number)$/.test(content)
  return isEmpty ? undefined : readSimple(node.text, content)
}

/** A value of any type says which one it has; XML Schema 1.0 part 2, section 3. */
function builtIn(node: XmlNode): SimpleValue {
  const { namespace, local } = typeOf(node) ?? { namespace: '', local: '' }
  if (namespace !== XSD) return 'text'
  if (local === 'boolean') return 'boolean'
  if (/^(decimal|float|double)$/.test(local)) return 'number'
  if (local === 'base64Binary') return 'base64'
  return /(^int|^integer|^long|^short|^byte|Integer|^unsigned)/.test(local) ? 'integer' : 'text'
}

function typeOf(node: XmlNode): { readonly namespace: string; readonly local: string } | undefined {
  const [first = '', second] = (node.attributes.get(`{${XSI}}type`) ?? '').trim().split(':')
  if (first === '') return undefined
  return second === undefined
    ? { namespace: node.scope.get('') ?? '', local: first }
    : { namespace: node.scope.get(first) ?? '', local: second }
}

export function readComplex(declared: string, node: XmlNode, types: Types): unknown {
  const key = actualType(declared, node, types)
  const type = types[key]
  if (!type || type.isOpaque) return looseValue(node)
  const members = new Map<string, unknown>(types[declared]?.variants ? [[TYPE_PROPERTY, key]] : [])
  readAttributes(type, node, members)
  if (type.text) {
    const value = readSimple(node.text, type.text.value)
    const isMissing = value === '' && (type.content !== undefined || type.text.value !== 'text')
    if (!isMissing) members.set(type.text.property, value)
  }
  const content = type.content ?? { kind: 'sequence', parts: [] }
  const children = readChildren(content, node.children, (element, child) => readElement(element, child, types))
  return Object.fromEntries([...members, ...children])
}

function actualType(declared: string, node: XmlNode, types: Types): string {
  const named = typeOf(node)
  if (!named) return declared
  const { variants = [] } = types[declared] ?? {}
  const found = variants.find((key) => {
    const { name, namespace = '' } = types[key] ?? {}
    return name === named.local && namespace === named.namespace
  })
  return found ?? declared
}

function readAttributes({ attributes = [] }: XmlType, node: XmlNode, members: Map<string, unknown>): void {
  for (const { property, name, namespace, value } of attributes) {
    const text = node.attributes.get(namespace === undefined ? name : `{${namespace}}${name}`)
    if (text !== undefined) members.set(property, readSimple(text, value))
  }
}
