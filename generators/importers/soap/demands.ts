import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import type { Wsdl } from './wsdl.ts'

/** What policies ask of a caller that can be given. */
export interface Demands {
  /** A user's name and password in the message (WS-SecurityPolicy 1.3, section 5.4.1). */
  readonly isUserNameNeeded: boolean
}

const POLICY = 'Policy'
const WSU = '{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id'

/** Assertions that cannot be met, and what they mean. */
const IMPOSSIBLE: readonly (readonly [RegExp, string])[] = [
  [/^(Symmetric|Asymmetric)Binding$/, 'demands signed or encrypted messages (WS-SecurityPolicy)'],
  [/^(Signed|Encrypted)(Parts|Elements)$/, 'demands signed or encrypted messages (WS-SecurityPolicy)'],
  [
    /^(X509|Saml|Issued|Kerberos|SecureConversation|SecurityContext|Rel)Token$/,
    'demands a token that only a client of WS-Security can make',
  ],
  [/^HashPassword$/, 'demands a password digest, which needs the password itself'],
  [/^(Addressing|UsingAddressing)$/, 'demands WS-Addressing'],
  [/^RMAssertion$/, 'demands WS-ReliableMessaging'],
  [/^OptimizedMimeSerialization|^MTOM$/, 'demands MTOM attachments'],
]

/**
 * Reads the policies of the places that an operation is described in (WS-PolicyAttachment 1.5, section 4).
 * @throws PartSkipped when none of the alternatives can be met
 */
export function readDemands(places: readonly (XmlNode | undefined)[], policies: ReadonlyMap<string, XmlNode>): Demands {
  const demands = places.flatMap((place) => (place ? policiesOf(place, policies).map((each) => meet(each)) : []))
  const problem = demands.find(({ problem: found }) => found !== undefined)?.problem
  if (problem !== undefined) throw new PartSkipped(`it ${problem}`)
  return { isUserNameNeeded: demands.some(({ isUserNameNeeded }) => isUserNameNeeded) }
}

/** All policies that can be referred to, by `#id`. */
export function policiesById(wsdl: Wsdl): ReadonlyMap<string, XmlNode> {
  const found = new Map<string, XmlNode>()
  for (const root of wsdl.definitions)
    for (const node of root.children) {
      const id = node.attributes.get(WSU) ?? node.attributes.get('Name')
      if (node.name === POLICY && id !== undefined) found.set(`#${id}`, node)
    }
  return found
}

function policiesOf(place: XmlNode, policies: ReadonlyMap<string, XmlNode>): XmlNode[] {
  return place.children.flatMap((child) => {
    if (child.name === POLICY || child.name === 'UsingAddressing') return [child]
    const referred = child.name === 'PolicyReference' ? policies.get(child.attributes.get('URI') ?? '') : undefined
    return referred ? [referred] : []
  })
}

interface Met extends Demands {
  readonly problem?: string
}

/** Of alternatives the first that can be met; of the rest all. */
function meet(node: XmlNode): Met {
  if (isOptional(node)) return { isUserNameNeeded: false }
  const problem = IMPOSSIBLE.find(([name]) => name.test(node.name))?.[1]
  if (problem !== undefined) return { isUserNameNeeded: false, problem }
  const met = node.children.map((child) => meet(child))
  if (node.name === 'ExactlyOne' && met.length > 0)
    return met.find((each) => each.problem === undefined) ?? met[0] ?? { isUserNameNeeded: false }
  const failed = met.find((each) => each.problem !== undefined)
  return failed ?? { isUserNameNeeded: node.name === 'UsernameToken' || met.some((each) => each.isUserNameNeeded) }
}

/** `wsp:Optional` of every version; `wsdl:required="false"` of UsingAddressing. */
function isOptional({ name, attributes }: XmlNode): boolean {
  const written = [...attributes].some(([key, value]) => /\}?Optional$/.test(key) && value === 'true')
  const isRequired = [...attributes].some(([key, value]) => /\}?required$/.test(key) && value === 'true')
  return written || (name === 'UsingAddressing' && !isRequired)
}
