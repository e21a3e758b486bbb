import { XMLParser } from 'fast-xml-parser'

/** An element, with its namespace resolved (Namespaces in XML 1.0, section 6). */
export interface XmlNode {
  readonly name: string
  /** Empty: none. */
  readonly namespace: string
  /** By `name`, or `{namespace}name`. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlNode[]
  /** All text directly inside of it. */
  readonly text: string
  /** Texts and elements in their order. */
  readonly content: readonly (string | XmlNode)[]
  /** The namespaces of its prefixes; the empty prefix is the default. */
  readonly scope: ReadonlyMap<string, string>
}

/** The parser keeps to it with an error; it bounds what recurses over a tree, too. */
const DEEPEST = 200
/** Each takes some 500 bytes, and an attribute as much. */
const MOST_TAGS = 400_000
const LONGEST_TAG = 50_000

/**
 * Reads XML. Document types are refused, so that there are no entities but the five of XML itself: nothing that can
 * multiply or be fetched (XML 1.0, section 4.6; https://owasp.org/www-community/vulnerabilities/XML_External_Entity_(XXE)_Processing).
 * @param mask  is applied to every text
 * @throws XmlRefused with the line where it is known
 */
export function parseXml(text: string, mask: (text: string) => string = (same) => same): XmlNode {
  if (/<!DOCTYPE/i.test(text)) throw new XmlRefused('it has a document type (DTD), which is not read')
  refuseCostlyTags(text)
  const [root, ...others] = elementsOf(parsed(text)).filter(({ tag }) => !tag.startsWith('?'))
  if (!root || others.length > 0) throw new XmlRefused('it has no single root element')
  return toNode(root, new Map([['xml', XML]]), mask)
}

export class XmlRefused extends Error {
  override readonly name = 'XmlRefused'
}

const XML = 'http://www.w3.org/XML/1998/namespace'

/** What the parser gives for each element or text: one tag with its children, and the attributes under `:@`. */
type Parsed = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  maxNestedTags: DEEPEST,
  jPath: false,
  onDangerousProperty: (name: string) => name,
})

function parsed(text: string): readonly Parsed[] {
  try {
    // A byte order mark is no part of the text.
    const found: unknown = parser.parse(text.replace(/^\uFEFF/, '').trim(), true)
    // With preserveOrder it gives a list of objects.
    return Array.isArray(found) ? (found as Parsed[]) : []
  } catch (error) {
    throw new XmlRefused(
      `it is not well-formed: ${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'}`,
    )
  }
}

interface ParsedElement {
  readonly tag: string
  readonly content: readonly Parsed[]
  readonly attributes: Readonly<Record<string, string>>
}

function elementsOf(content: readonly Parsed[]): ParsedElement[] {
  return content.flatMap((part) => {
    const tag = tagOf(part)
    if (tag === undefined || tag === '#text' || tag === '#cdata') return []
    // The parser's own form, checked where it is read.
    return [{ tag, content: part[tag] as Parsed[], attributes: (part[':@'] ?? {}) as Record<string, string> }]
  })
}

function tagOf(part: Parsed): string | undefined {
  return Object.keys(part).find((key) => key !== ':@')
}

function toNode(
  { tag, content, attributes }: ParsedElement,
  outer: ReadonlyMap<string, string>,
  mask: (text: string) => string,
): XmlNode {
  const scope = scopeOf(attributes, outer)
  const { prefix, local } = split(tag)
  const parts = content.flatMap((part): (string | XmlNode)[] => {
    const [child] = elementsOf([part])
    if (child) return child.tag.startsWith('?') ? [] : [toNode(child, scope, mask)]
    const text = textOf(part)
    return text === '' ? [] : [mask(text)]
  })
  return {
    name: local,
    namespace: namespaceOf(prefix, scope),
    attributes: attributesOf(attributes, scope, mask),
    children: parts.filter((part) => typeof part !== 'string'),
    text: parts.filter((part) => typeof part === 'string').join(''),
    content: parts,
    scope,
  }
}

function textOf(part: Parsed): string {
  if (typeof part['#text'] === 'string') return decodeEntities(part['#text'])
  const [inner] = Array.isArray(part['#cdata']) ? part['#cdata'] : []
  return typeof inner?.['#text'] === 'string' ? inner['#text'] : ''
}

function scopeOf(attributes: Readonly<Record<string, string>>, outer: ReadonlyMap<string, string>) {
  const declared = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  if (declared.length === 0) return outer
  return new Map([...outer, ...declared.map(([name, uri]) => [name.slice(6), decodeEntities(uri)] as const)])
}

const NONE: ReadonlyMap<string, string> = new Map()

function attributesOf(
  attributes: Readonly<Record<string, string>>,
  scope: ReadonlyMap<string, string>,
  mask: (text: string) => string,
): ReadonlyMap<string, string> {
  const own = Object.entries(attributes).filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'))
  if (own.length === 0) return NONE
  return new Map(
    own.map(([name, value]) => {
      const { prefix, local } = split(name)
      // Without a prefix an attribute is in no namespace, whatever the default is.
      const key = prefix === '' ? local : `{${namespaceOf(prefix, scope)}}${local}`
      return [key, mask(decodeEntities(value.replace(/[\t\n]/g, ' ')))]
    }),
  )
}

function namespaceOf(prefix: string, scope: ReadonlyMap<string, string>): string {
  const namespace = scope.get(prefix)
  if (namespace === undefined && prefix !== '')
    throw new XmlRefused(`its prefix "${prefix.slice(0, 60)}" is not declared`)
  return namespace ?? ''
}

function split(name: string): { readonly prefix: string; readonly local: string } {
  const colon = name.indexOf(':')
  return colon < 0 ? { prefix: '', local: name } : { prefix: name.slice(0, colon), local: name.slice(colon + 1) }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** XML 1.0, sections 4.1 and 4.6. */
function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#(\d{1,7})|#x([\dA-Fa-f]{1,6})|(\w{1,40}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) {
      const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined
      if (known === undefined) throw new XmlRefused(`its entity ${whole} is not known`)
      return known
    }
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0x10_ff_ff ? '\uFFFD' : String.fromCodePoint(code)
  })
}

/** One look at the characters, before anything is parsed. */
function refuseCostlyTags(text: string): void {
  let tags = 0
  let end = 0
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', Math.max(start + 1, end))) {
    if (++tags > MOST_TAGS) throw new XmlRefused(`it has more than ${MOST_TAGS} tags`)
    // Comments and CDATA sections may be of any length.
    if (text[start + 1] === '!') continue
    end = text.indexOf('>', start)
    if ((end < 0 ? text.length : end) - start > LONGEST_TAG)
      throw new XmlRefused(`it has a tag of more than ${LONGEST_TAG} characters`)
    if (end < 0) return
  }
}
