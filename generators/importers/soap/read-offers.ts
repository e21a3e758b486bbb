import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import type { Port } from './read-ports.ts'
import { childrenNamed } from './wsdl.ts'

/** An operation of an interface, with the ports that it can be called at. */
export interface Offer {
  readonly operation: XmlNode
  readonly ports: readonly { readonly port: Port; readonly bound: XmlNode }[]
}

/** The operations of all ports, each once, in the order of the description. */
export function readOffers(ports: readonly Port[]): readonly Offer[] {
  const offers = new Map<XmlNode, { readonly port: Port; readonly bound: XmlNode }[]>()
  for (const port of ports) {
    for (const operation of childrenNamed(port.portType.node, 'operation')) {
      const bound = boundTo(operation, port)
      if (!bound) continue
      const known = offers.get(operation) ?? []
      offers.set(operation, [...known, { port, bound }])
    }
  }
  return Array.from(offers, ([operation, found]) => ({ operation, ports: found }))
}

/** Operations may share a name; then those of their messages tell them apart (WSDL 1.1, section 2.5). */
function boundTo(operation: XmlNode, { binding }: Port): XmlNode | undefined {
  const same = childrenNamed(binding.node, 'operation').filter(
    (each) => each.attributes.get('name') === operation.attributes.get('name'),
  )
  const input = inputName(operation)
  return same.find((each) => inputName(each) === input) ?? same.find((each) => inputName(each) === undefined) ?? same[0]
}

function inputName(operation: XmlNode): string | undefined {
  return childrenNamed(operation, 'input')[0]?.attributes.get('name')
}
