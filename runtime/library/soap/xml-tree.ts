import { SaxesParser, type SaxesTagNS } from 'saxes'

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

/** It bounds what recurses over a tree. */
const DEEPEST = 200
/** Each takes some 500 bytes, and an attribute half as much. */
const MOST_ELEMENTS = 250_000
const MOST_ATTRIBUTES = 500_000
/** Of one element: the parser holds them side by side until it ends. */
const MOST_OF_ONE = 1_000

/**
 * Reads XML, well-formed or not at all. Document types are refused, so that there are no entities but the five of XML
 * itself: nothing that can multiply or be fetched (XML 1.0, section 4.6).
 * @param mask  is applied to every text
 * @throws XmlRefused with line and column where they are known
 */
export function parseXml(text: string, mask: (text: string) => string = (same) => same): XmlNode {
  const tree = new GrowingTree(mask)
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw new XmlRefused(`it is not well-formed (${error.message.slice(0, 200)})`)
  })
  parser.on('doctype', () => {
    throw new XmlRefused('it has a document type (DTD), which is not read')
  })
  parser.on('opentagstart', () => tree.begin())
  parser.on('attribute', () => tree.countAttribute())
  parser.on('opentag', (tag) => tree.open(tag))
  parser.on('text', (part) => tree.add(part))
  parser.on('cdata', (part) => tree.add(part))
  parser.on('closetag', () => tree.close())
  parser.write(text.trim()).close()
  return tree.root()
}

export class XmlRefused extends Error {
  override readonly name = 'XmlRefused'
}

const NO_CHILDREN: readonly XmlNode[] = []

/** Most elements are leaves: what they do not have takes no memory. */
class GrowingNode implements XmlNode {
  readonly name: string
  readonly namespace: string
  readonly attributes: ReadonlyMap<string, string>
  readonly scope: ReadonlyMap<string, string>
  text = ''
  #children: XmlNode[] | undefined
  /** Kept where texts stand between elements. */
  #mixed: (string | XmlNode)[] | undefined

  constructor({ local, uri }: SaxesTagNS, attributes: XmlNode['attributes'], scope: XmlNode['scope']) {
    this.name = local
    this.namespace = uri
    this.attributes = attributes
    this.scope = scope
  }

  get children(): readonly XmlNode[] {
    return this.#children ?? NO_CHILDREN
  }

  get content(): readonly (string | XmlNode)[] {
    return this.#mixed ?? (this.text === '' ? this.children : [this.text])
  }

  addChild(child: XmlNode): void {
    if (this.text !== '') (this.#mixed ??= [this.text, ...this.children]).push(child)
    this.#children ??= []
    this.#children.push(child)
  }

  addText(text: string): void {
    if (this.#children) (this.#mixed ??= [...this.#children]).push(text)
    this.text += text
  }

  /** Blanks between elements are there for people. */
  close(): void {
    if (!this.#children || this.text.trim() !== '') return
    this.text = ''
    this.#mixed = undefined
  }
}

const XML = 'http://www.w3.org/XML/1998/namespace'
const XMLNS = 'http://www.w3.org/2000/xmlns/'
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

/** The elements that are open, outermost first. */
class GrowingTree {
  readonly #mask: (text: string) => string
  readonly #open: GrowingNode[] = []
  #root: XmlNode | undefined
  #elements = 0
  #attributes = 0
  #ofOne = 0

  constructor(mask: (text: string) => string) {
    this.#mask = mask
  }

  begin(): void {
    this.#ofOne = 0
  }

  countAttribute(): void {
    if (++this.#attributes > MOST_ATTRIBUTES) throw new XmlRefused(`it has more than ${MOST_ATTRIBUTES} attributes`)
    if (++this.#ofOne > MOST_OF_ONE) throw new XmlRefused(`an element has more than ${MOST_OF_ONE} attributes`)
  }

  open(tag: SaxesTagNS): void {
    const parent = this.#open.at(-1)
    if (++this.#elements > MOST_ELEMENTS) throw new XmlRefused(`it has more than ${MOST_ELEMENTS} elements`)
    if (this.#open.length >= DEEPEST) throw new XmlRefused(`it is nested deeper than ${DEEPEST} levels`)
    const outer = parent?.scope ?? new Map([['xml', XML]])
    const declared = Object.entries(tag.ns)
    const scope = declared.length === 0 ? outer : new Map([...outer, ...declared])
    const node = new GrowingNode(tag, this.#attributesOf(tag), scope)
    parent?.addChild(node)
    this.#open.push(node)
  }

  add(text: string): void {
    if (text !== '') this.#open.at(-1)?.addText(this.#mask(text))
  }

  close(): void {
    const closed = this.#open.pop()
    closed?.close()
    if (this.#open.length === 0) this.#root = closed
  }

  root(): XmlNode {
    if (!this.#root) throw new XmlRefused('it has no element')
    return this.#root
  }

  #attributesOf({ attributes }: SaxesTagNS): ReadonlyMap<string, string> {
    const own = Object.values(attributes).filter(({ uri }) => uri !== XMLNS)
    if (own.length === 0) return NO_ATTRIBUTES
    return new Map(own.map(({ uri, local, value }) => [uri === '' ? local : `{${uri}}${local}`, this.#mask(value)]))
  }
}
