import { pointerOf } from '../../../runtime/library/json-pointer.ts'
import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { childrenNamed, type Wsdl, type WsdlPart } from './wsdl.ts'

/** Where the operations of an interface can be called, and how. */
export interface Port {
  readonly name: string
  readonly service: string
  readonly version: '1.1' | '1.2'
  readonly style: 'document' | 'rpc'
  readonly binding: WsdlPart
  readonly portType: WsdlPart
  /** Of the service's port; absent where only a binding is described. */
  readonly node?: XmlNode
  readonly address?: string
  /** Tokens of the JSON pointer of its binding. */
  readonly pointer: readonly string[]
}

const SOAP_NAMESPACES: Readonly<Record<string, Port['version']>> = {
  'http://schemas.xmlsoap.org/wsdl/soap/': '1.1',
  'http://schemas.xmlsoap.org/wsdl/soap12/': '1.2',
}

/** The version of SOAP that an extension element belongs to; undefined when it is none of SOAP. */
export function soapVersionOf({ namespace }: XmlNode): Port['version'] | undefined {
  return Object.hasOwn(SOAP_NAMESPACES, namespace) ? SOAP_NAMESPACES[namespace] : undefined
}

type Skip = (part: { readonly pointer: string; readonly reason: string }) => void

/** The ports of all services, in order; bindings alone where there is no service (WSDL 1.1, sections 2.6, 2.7 and 3). */
export function readPorts(wsdl: Wsdl, skip: Skip): readonly Port[] {
  const services = wsdl.all('service')
  const described = services.flatMap(({ node: service }) =>
    childrenNamed(service, 'port').map((port) => ({ service, port })),
  )
  if (described.length === 0)
    return wsdl.all('binding').flatMap((binding) => told(skip, binding.node, () => toPort(wsdl, binding)))
  return described.flatMap(({ service, port }) =>
    told(skip, port, () => {
      const address = port.children
        .find((child) => child.name === 'address')
        ?.attributes.get('location')
        ?.trim()
      return {
        ...toPort(wsdl, wsdl.find('binding', port, 'binding')),
        name: port.attributes.get('name') ?? '',
        service: service.attributes.get('name') ?? '',
        node: port,
        ...(address !== undefined && { address }),
      }
    }),
  )
}

function told(skip: Skip, node: XmlNode, read: () => Port): Port[] {
  try {
    return [read()]
  } catch (error) {
    if (!(error instanceof PartSkipped)) throw error
    skip({ pointer: pointerOf(['definitions', node.name, node.attributes.get('name') ?? '']), reason: error.message })
    return []
  }
}

function toPort(wsdl: Wsdl, binding: WsdlPart): Port {
  const { node } = binding
  const name = node.attributes.get('name') ?? ''
  const portType = wsdl.find('portType', node, 'type')
  const soap = node.children.find((child) => child.name === 'binding' && soapVersionOf(child))
  const version = soap && soapVersionOf(soap)
  if (!soap || !version) throw new PartSkipped('a binding to something other than SOAP; only SOAP bindings are read')
  const transport = soap.attributes.get('transport') ?? ''
  if (transport !== '' && !HTTP_TRANSPORTS.has(transport))
    throw new PartSkipped(`its transport is "${transport.slice(0, 120)}"; only HTTP is spoken`)
  return {
    name,
    service: portType.node.attributes.get('name') ?? name,
    version,
    style: soap.attributes.get('style') === 'rpc' ? 'rpc' : 'document',
    binding,
    portType,
    pointer: ['definitions', 'binding', name],
  }
}

const HTTP_TRANSPORTS = new Set([
  'http://schemas.xmlsoap.org/soap/http',
  'http://schemas.xmlsoap.org/soap/http/',
  'http://www.w3.org/2003/05/soap/bindings/HTTP/',
])
