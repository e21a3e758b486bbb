import type { HttpCall } from '../../../runtime/library/http-call.ts'
import { pointerOf } from '../../../runtime/library/json-pointer.ts'
import type { SoapProtocol } from '../../../runtime/library/soap/soap-protocol.ts'
import type { XmlNode } from '../../../runtime/library/soap/xml-tree.ts'
import type { ApiOperation } from '../../../src/model/api-importer.ts'
import { effectOfName } from '../name-effect.ts'
import { cleanLine, cleanText } from '../openapi/clean-text.ts'
import type { OperationNames } from '../openapi/operation-names.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { MissingPart } from './missing-part.ts'
import { loosenMultiplyingSchema } from '../schema-budget.ts'
import { type Demands, readDemands } from './demands.ts'
import { hasSecurityHeader } from './read-headers.ts'
import { type MessagePlace, readMessage, type ReadMessage } from './read-message.ts'
import { type Port, soapVersionOf } from './read-ports.ts'
import type { SchemaSet } from './schema-set.ts'
import type { SoapCredentials } from './soap-credentials.ts'
import { childrenNamed, documentation, type Wsdl } from './wsdl.ts'

/** What the operations of one description have in common. */
export interface WsdlReading {
  readonly wsdl: Wsdl
  readonly schemas: SchemaSet
  readonly policies: ReadonlyMap<string, XmlNode>
  readonly credentials: SoapCredentials
  readonly names: OperationNames
  /** What inputs refer to, but is defined nowhere. */
  readonly missing: Set<string>
  readonly baseUrl?: string
}

const LONGEST_DESCRIPTION = 560
const LONGEST_NOTE = 200
/** Characters of JSON; a list of tools carries every output schema. */
const LARGEST_OUTPUT = 1_024
/** Clients and models refuse larger ones. */
const LARGEST_INPUT = 19_000

/**
 * Reads one operation as a port offers it.
 * @throws PartSkipped when it cannot be spoken
 */
export function readOperation(declared: XmlNode, port: Port, bound: XmlNode, reading: WsdlReading): ApiOperation {
  const name = declared.attributes.get('name') ?? ''
  const input = placeOf('input', declared, port, bound)
  if (!input.declared) throw new PartSkipped('it has no input: the service itself would begin (notification)')
  const demands = demandsOf(input, bound, port, reading)
  const request = readMessage(input, reading.wsdl, reading.schemas)
  const answer = readAnswer(placeOf('output', declared, port, bound), reading)
  for (const missing of request.missing) reading.missing.add(missing)
  const inputSchema = loosenMultiplyingSchema(request.schema)
  if (JSON.stringify(inputSchema).length > LARGEST_INPUT)
    throw new PartSkipped(`its input takes more than ${LARGEST_INPUT} characters to describe`)
  const outputSchema = childrenNamed(declared, 'output').length > 0 ? outputOf(answer) : undefined
  return {
    name: reading.names.nameFor(name, port.name, name),
    description: descriptionOf(name, declared, request),
    effect: effectOfName(name),
    inputSchema,
    ...(outputSchema && { outputSchema }),
    group: cleanLine(port.service, 80) || port.name,
    call: callOf({ port, bound, request, answer, demands, name }, reading),
    source: {
      pointer: pointerOf([
        'definitions',
        'portType',
        port.portType.node.attributes.get('name') ?? '',
        'operation',
        name,
      ]),
    },
    label: cleanLine(`${port.name}.${name}`, 160),
    tags: [cleanLine(port.service, 80) || port.name],
  }
}

/** An answer whose element is not defined is read as any XML is. */
function readAnswer(place: MessagePlace, { wsdl, schemas }: WsdlReading): ReadMessage {
  try {
    return readMessage(place, wsdl, schemas)
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error
    const message = { headers: [], body: [], isUnwrapped: false, types: {} }
    return { message, schema: { type: 'object' }, secretHeaders: [], note: '', missing: new Set() }
  }
}

function placeOf(direction: 'input' | 'output', declared: XmlNode, port: Port, bound: XmlNode): MessagePlace {
  return {
    direction,
    port,
    operation: declared.attributes.get('name') ?? '',
    bound: childrenNamed(bound, direction)[0],
    declared: childrenNamed(declared, direction)[0],
  }
}

function demandsOf(
  input: MessagePlace,
  bound: XmlNode,
  { node, binding }: Port,
  { policies, wsdl }: WsdlReading,
): Demands {
  const demands = readDemands([node, binding.node, bound, input.bound], policies)
  return hasSecurityHeader(input, wsdl) ? { isUserNameNeeded: true } : demands
}

function descriptionOf(name: string, declared: XmlNode, { note }: ReadMessage): string {
  const more = note === '' ? '' : ` ${cleanText(note, LONGEST_NOTE)}`
  const said = cleanText(documentation(declared), LONGEST_DESCRIPTION - more.length)
  return `${said === '' ? `Calls ${name}.` : said}${more}`
}

/** Only a small one is listed; it demands nothing, since clients refuse a call for one mismatch. */
function outputOf({ schema }: ReadMessage): ReadMessage['schema'] | undefined {
  const loosened = loosenMultiplyingSchema(schema)
  const isKnown = loosened.properties !== undefined
  return isKnown && JSON.stringify(loosened).length <= LARGEST_OUTPUT ? loosened : undefined
}

interface CallParts {
  readonly name: string
  readonly port: Port
  readonly bound: XmlNode
  readonly request: ReadMessage
  readonly answer: ReadMessage
  readonly demands: Demands
}

function callOf(parts: CallParts, { credentials, baseUrl }: WsdlReading): HttpCall {
  const { port, request, demands } = parts
  const endpoint = endpointOf(port.address, baseUrl)
  const fields = request.secretHeaders.flatMap(({ secrets }) => secrets)
  return {
    kind: 'http',
    method: 'POST',
    path: endpoint ? `${endpoint.pathname}${endpoint.search}`.replaceAll('{', '%7B').replaceAll('}', '%7D') : '/',
    servers: endpoint ? [{ url: endpoint.origin }] : [],
    parameters: [],
    protocol: protocolOf(parts),
    accept: [port.version === '1.1' ? 'text/xml' : 'application/soap+xml', 'application/xml'],
    security: credentials.securityFor(endpoint?.host, { fields, isUserNameNeeded: demands.isUserNameNeeded }),
  }
}

function protocolOf({ port, bound, request, answer }: CallParts): SoapProtocol {
  const soap = bound.children.find((child) => child.name === 'operation' && soapVersionOf(child))
  return {
    kind: 'soap',
    version: port.version,
    action: soap?.attributes.get('soapAction') ?? '',
    request: request.message,
    answer: answer.message,
  }
}

/** An address with nothing but a host replaces that of the WSDL; one with a path is the endpoint itself. */
function endpointOf(address: string | undefined, baseUrl: string | undefined): URL | undefined {
  const own = urlOf(address)
  const base = urlOf(baseUrl)
  if (!base) return own
  return own && base.pathname === '/' && base.search === '' ? new URL(`${own.pathname}${own.search}`, base) : base
}

function urlOf(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}
