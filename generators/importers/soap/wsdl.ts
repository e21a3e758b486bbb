import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { WSDL } from './recognize-wsdl.ts'

/** A part of a WSDL, with the namespace of the document it stands in. */
export interface WsdlPart {
  readonly node: XmlNode
  readonly namespace: string
}

type Kind = 'message' | 'portType' | 'binding' | 'service'

/** The definitions of all documents of a description, by their names (WSDL 1.1, section 2.1). */
export class Wsdl {
  readonly #parts = new Map<string, WsdlPart>()
  readonly #all: WsdlPart[] = []
  readonly definitions: readonly XmlNode[]

  constructor(definitions: readonly XmlNode[]) {
    this.definitions = definitions
    for (const root of definitions) {
      const namespace = root.attributes.get('targetNamespace') ?? ''
      for (const node of root.children) {
        if (node.namespace !== WSDL) continue
        const part = { node, namespace }
        this.#all.push(part)
        this.#parts.set(`${node.name} {${namespace}}${node.attributes.get('name') ?? ''}`, part)
      }
    }
  }

  all(kind: Kind): readonly WsdlPart[] {
    return this.#all.filter(({ node }) => node.name === kind)
  }

  /**
   * The part that an attribute of a node names.
   * @throws PartSkipped when there is none
   */
  find(kind: Kind, node: XmlNode, attribute: string): WsdlPart {
    const key = qualifiedName(node.attributes.get(attribute) ?? '', node)
    const found = this.#parts.get(`${kind} ${key}`) ?? this.#onlyOneNamed(kind, key.slice(key.indexOf('}') + 1))
    if (!found) throw new PartSkipped(`the ${kind} "${key.slice(0, 200)}" is not defined`)
    return found
  }

  /** Namespaces are got wrong more often than names. */
  #onlyOneNamed(kind: Kind, name: string): WsdlPart | undefined {
    const same = this.all(kind).filter(({ node }) => node.attributes.get('name') === name)
    return same.length === 1 ? same[0] : undefined
  }
}

/** `{namespace}name` of a qualified name in a WSDL. */
export function qualifiedName(text: string, { scope }: XmlNode): string {
  const [first = '', second] = text.trim().split(':')
  return second === undefined ? `{${scope.get('') ?? ''}}${first}` : `{${scope.get(first) ?? ''}}${second}`
}

/** Children of a node by local name, whatever extension they belong to. */
export function childrenNamed({ children }: XmlNode, name: string): readonly XmlNode[] {
  return children.filter((child) => child.name === name)
}

export function documentation(node: XmlNode): string {
  return childrenNamed(node, 'documentation')
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
}
