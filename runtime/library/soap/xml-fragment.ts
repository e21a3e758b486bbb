import { CallRefused } from '../call-refused.ts'
import { parseXml, type XmlNode, XmlRefused } from './xml-tree.ts'
import { escapeXml, xmlElement, type XmlPrefixes } from './xml-text.ts'

/**
 * Writes XML that an argument holds as text. It is read and written anew, so that it can neither end the element around it
 * nor begin another.
 * @throws CallRefused when it is no text, or not well-formed
 */
export function writeFragment(text: unknown, prefixes: XmlPrefixes, place: string): string {
  if (typeof text !== 'string') throw new CallRefused(`"${place}" takes XML, as a text.`)
  try {
    return parseXml(`<fragment>${text}</fragment>`)
      .content.map((part) => writeNode(part, prefixes, true))
      .join('')
  } catch (error) {
    if (error instanceof XmlRefused) throw new CallRefused(`"${place}" takes XML, but ${error.message}. Correct it.`)
    throw error
  }
}

function writeNode(part: string | XmlNode, prefixes: XmlPrefixes, isOutermost: boolean): string {
  if (typeof part === 'string') return escapeXml(part)
  const attributes = Array.from(part.attributes, ([key, value]) => {
    const [, namespace, local] = /^\{(.*)\}([^}]*)$/.exec(key) ?? [undefined, undefined, key]
    return ` ${prefixes.qualify(local ?? key, namespace)}="${escapeXml(value)}"`
  })
  // Texts may hold names with these prefixes; ours are all n1, n2 …
  const declared = Array.from(isOutermost ? part.scope : [], ([prefix, namespace]) =>
    prefix === '' || prefix === 'xml' || /^(n\d+|soap|xsi|xsd)$/.test(prefix)
      ? ''
      : ` xmlns:${prefix}="${escapeXml(namespace)}"`,
  )
  return xmlElement(
    prefixes.qualify(part.name, part.namespace),
    [...declared, ...attributes].join(''),
    part.content.map((child) => writeNode(child, prefixes, false)).join(''),
  )
}

/** Elements without a schema as JSON: texts, or objects of attributes and children; what is repeated is a list. */
export function looseValue(node: XmlNode): unknown {
  const members = [...node.attributes]
    .filter(([name]) => !name.startsWith('{'))
    .concat(node.children.length > 0 && node.text.trim() !== '' ? [['text', node.text.trim()]] : [])
  if (members.length === 0 && node.children.length === 0) return node.text
  const value = new Map<string, unknown>(members)
  if (node.children.length === 0 && node.text !== '') value.set('value', node.text)
  for (const [name, same] of Map.groupBy(node.children, (child) => child.name)) {
    const values = same.map(looseValue)
    value.set(name, values.length > 1 ? values : values[0])
  }
  return Object.fromEntries(value)
}
