import { XSD } from '../../../runtime/library/soap/soap-protocol.ts'
import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { MissingPart } from './missing-part.ts'
import type { WsdlDocuments } from './load-wsdl.ts'

/** What all parts of one schema document have in common. */
export interface SchemaContext {
  readonly namespace: string
  readonly qualifiesElements: boolean
  readonly qualifiesAttributes: boolean
  /** It took the namespace of the one that includes it, and so do its names without a prefix. */
  readonly isChameleon: boolean
}

/** A part of a schema, with the document it stands in. */
export interface Component {
  readonly node: XmlNode
  readonly context: SchemaContext
  /** `{namespace}name`; absent for what has no name of its own. */
  readonly key?: string
}

type Kind = 'element' | 'attribute' | 'type' | 'group' | 'attributeGroup'

/** The global components of all schemas of a description (XML Schema 1.0 part 1, section 2.2). */
export class SchemaSet {
  readonly #components = new Map<string, Component>()
  readonly #variants = new Map<string, Component[]>()
  readonly #substitutes = new Map<string, Component[]>()

  constructor(schemas: WsdlDocuments['schemas']) {
    for (const { node, namespace } of schemas) this.#add(node, namespace)
  }

  /** @throws MissingPart when nothing of that name is known */
  find(kind: Kind, key: string): Component {
    const found = this.#components.get(`${kind} ${key}`) ?? this.#inAnyNamespace(kind, key)
    if (!found) throw new MissingPart(`the ${kind} "${key.slice(0, 200)}" is not defined`)
    return found
  }

  has(kind: Kind, key: string): boolean {
    return this.#components.has(`${kind} ${key}`) || this.#inAnyNamespace(kind, key) !== undefined
  }

  /** Names without a prefix are often meant to be of the schema they stand in, where no default namespace says so. */
  #inAnyNamespace(kind: Kind, key: string): Component | undefined {
    if (!key.startsWith('{}')) return undefined
    const same = [...this.#components].filter(
      ([each]) => each.startsWith(`${kind} {`) && each.endsWith(`}${key.slice(2)}`),
    )
    return same.length === 1 ? same[0]?.[1] : undefined
  }

  /** The types that are derived from a type, near ones first. */
  variantsOf(key: string): readonly Component[] {
    const all = new Set<Component>()
    const waiting = [...(this.#variants.get(key) ?? [])]
    for (let next = waiting.shift(); next && all.size < MOST_VARIANTS; next = waiting.shift()) {
      if (all.has(next)) continue
      all.add(next)
      waiting.push(...(this.#variants.get(next.key ?? '') ?? []))
    }
    return [...all]
  }

  /** Whether a type is derived from another complex one, so that it may stand in its place. */
  isVariant(component: Component): boolean {
    const base = component.key === undefined ? undefined : baseOf(component)
    return base !== undefined && this.#components.get(`type ${base}`)?.node.name === 'complexType'
  }

  /** The elements that may stand in the place of an element (XML Schema 1.0 part 1, section 2.2.2.2). */
  substitutesOf(key: string): readonly Component[] {
    return (this.#substitutes.get(key) ?? []).slice(0, MOST_VARIANTS)
  }

  #add(root: XmlNode, namespace: string): void {
    const context: SchemaContext = {
      namespace,
      qualifiesElements: root.attributes.get('elementFormDefault') === 'qualified',
      qualifiesAttributes: root.attributes.get('attributeFormDefault') === 'qualified',
      isChameleon: namespace !== '' && !root.attributes.has('targetNamespace'),
    }
    for (const child of root.children) {
      if (child.namespace !== XSD) continue
      // What is redefined replaces nothing here: the new one is read in its place.
      const nodes = child.name === 'redefine' ? child.children : [child]
      for (const node of nodes) this.#addComponent(node, context)
    }
  }

  #addComponent(node: XmlNode, context: SchemaContext): void {
    const kind = KINDS[node.name]
    const name = node.attributes.get('name')
    if (kind === undefined || name === undefined) return
    const key = `{${context.namespace}}${name}`
    const component = { node, context, key }
    this.#components.set(`${kind} ${key}`, component)
    if (node.name === 'complexType') this.#note(this.#variants, baseOf(component), component)
    const head = kind === 'element' ? node.attributes.get('substitutionGroup') : undefined
    if (head !== undefined) this.#note(this.#substitutes, nameIn(head, component), component)
  }

  #note(where: Map<string, Component[]>, key: string | undefined, component: Component): void {
    if (key === undefined || key === component.key) return
    const known = where.get(key)
    if (known) known.push(component)
    else where.set(key, [component])
  }
}

/** More are told by none of the services that were looked at, and each costs a schema of its own. */
const MOST_VARIANTS = 40

const KINDS: Readonly<Record<string, Kind>> = {
  element: 'element',
  attribute: 'attribute',
  complexType: 'type',
  simpleType: 'type',
  group: 'group',
  attributeGroup: 'attributeGroup',
}

/** The type that a complex type is derived from. */
function baseOf(component: Component): string | undefined {
  const content = childOf(component.node, 'complexContent') ?? childOf(component.node, 'simpleContent')
  const derivation = content && (childOf(content, 'extension') ?? childOf(content, 'restriction'))
  const base = derivation?.attributes.get('base')
  return derivation && base !== undefined ? nameIn(base, { ...component, node: derivation }) : undefined
}

export function childOf({ children }: XmlNode, name: string): XmlNode | undefined {
  return children.find((child) => child.name === name && child.namespace === XSD)
}

/** A boolean of XML Schema. */
export function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1'
}

/** A qualified name in a schema, as `{namespace}name` (XML Schema 1.0 part 1, section 3.15.3). */
export function nameIn(text: string, { node, context }: Component): string {
  const [first = '', second] = text.trim().split(':')
  if (second === undefined) {
    const namespace = node.scope.get('') ?? ''
    return `{${namespace === '' && context.isChameleon ? context.namespace : namespace}}${first}`
  }
  return `{${node.scope.get(first) ?? `undeclared prefix ${first}`}}${second}`
}
