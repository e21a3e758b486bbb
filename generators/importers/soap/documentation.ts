import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { cleanText } from '../openapi/clean-text.ts'
import { childOf } from './schema-set.ts'

const LONGEST_DESCRIPTION = 300

/** The text of xs:documentation; empty when there is none. */
export function documentationOf(node: XmlNode): string {
  const annotation = childOf(node, 'annotation')
  const texts = annotation?.children.filter(({ name }) => name === 'documentation').map(({ text }) => text) ?? []
  return cleanText(texts.join(' ').replace(/\s+/g, ' '), LONGEST_DESCRIPTION)
}
