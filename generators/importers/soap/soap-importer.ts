import { pointerOf } from '../../../runtime/library/json-pointer.ts'
import type { ApiImporter, ApiOperation, ImportedApi, ImportOptions } from '../../../src/model/api-importer.ts'
import type { SkippedPart } from '../../../src/model/tool-definition.ts'
import { MetaError } from '../../../src/errors/meta-error.ts'
import { cleanLine, cleanText } from '../openapi/clean-text.ts'
import { OperationNames } from '../openapi/operation-names.ts'
import { PartSkipped } from '../openapi/part-skipped.ts'
import { descriptionTooLarge } from '../openapi/text-budget.ts'
import { policiesById } from './demands.ts'
import { loadWsdl } from './load-wsdl.ts'
import { type Offer, readOffers } from './read-offers.ts'
import { readOperation, type WsdlReading } from './read-operation.ts'
import { readPorts } from './read-ports.ts'
import { looksLikeWsdl } from './recognize-wsdl.ts'
import { SchemaSet } from './schema-set.ts'
import { SoapCredentials } from './soap-credentials.ts'
import { documentation, Wsdl } from './wsdl.ts'

/** Reads WSDL 1.1 with SOAP 1.1 and 1.2 bindings over HTTP, document and rpc style, literal. */
export const soapImporter: ApiImporter = { kind: 'soap', recognizes: looksLikeWsdl, read: readSoap }

const MOST_OPERATIONS = 5_000

async function readSoap(text: string, options: ImportOptions): Promise<ImportedApi> {
  const documents = await loadWsdl(text, options)
  const wsdl = new Wsdl(documents.definitions)
  const skipped: SkippedPart[] = [...documents.skipped]
  const offers = readOffers(readPorts(wsdl, (part) => skipped.push(part)))
  if (offers.length === 0 && skipped.length === documents.skipped.length) throw withoutOperations()
  if (offers.length > MOST_OPERATIONS) throw descriptionTooLarge(`has more than ${MOST_OPERATIONS} operations`)
  const reading: WsdlReading = {
    wsdl,
    schemas: new SchemaSet(documents.schemas),
    policies: policiesById(wsdl),
    credentials: new SoapCredentials(),
    names: new OperationNames(),
    missing: new Set(),
    ...(options.baseUrl !== undefined && { baseUrl: options.baseUrl }),
  }
  const operations = offers.flatMap((offer) => firstThatCan(offer, reading, skipped))
  const hosts = operations.flatMap(({ call }) => call.servers.map(({ url }) => new URL(url).host))
  const isPlaced = operations.every(({ call }) => call.servers.length > 0)
  return {
    kind: 'soap',
    title: titleOf(wsdl),
    description: cleanText(describe(wsdl), 1_000),
    version: '',
    operations,
    hosts: [...new Set(hosts)].toSorted(),
    credentials: reading.credentials.all(),
    skipped: [...(isPlaced ? [] : [NO_ADDRESS]), ...skipped, ...missingParts(reading.missing)],
    warnings: [],
  }
}

const NO_ADDRESS: SkippedPart = {
  pointer: '/definitions/service',
  reason: 'no http address is given for some operations; give that of the endpoint as base_url',
}

function missingParts(missing: ReadonlySet<string>): SkippedPart[] {
  return Array.from(missing, (part) => ({
    pointer: '/definitions/types',
    reason: `the ${part} is not defined; inputs hold XML, as text, in its place`.slice(0, 400),
  }))
}

/** Of the ports that have an operation, the first whose form of it can be spoken. */
function firstThatCan({ operation, ports }: Offer, reading: WsdlReading, skipped: SkippedPart[]): ApiOperation[] {
  const problems: SkippedPart[] = []
  for (const { port, bound } of ports) {
    try {
      return [readOperation(operation, port, bound, reading)]
    } catch (error) {
      if (!(error instanceof PartSkipped)) throw error
      const pointer = pointerOf([...port.pointer, 'operation', operation.attributes.get('name') ?? ''])
      problems.push({ pointer, reason: error.message })
    }
  }
  skipped.push(...problems.slice(0, 1))
  return []
}

function titleOf(wsdl: Wsdl): string {
  const [service] = wsdl.all('service')
  const name = service?.node.attributes.get('name') ?? wsdl.definitions[0]?.attributes.get('name') ?? ''
  return cleanLine(name, 120) || 'SOAP service'
}

function describe(wsdl: Wsdl): string {
  const nodes = [...wsdl.all('service').map(({ node }) => node), ...wsdl.definitions]
  return nodes.map(documentation).find((text) => text !== '') ?? ''
}

function withoutOperations(): MetaError {
  return new MetaError(
    'DESCRIPTION_INVALID',
    'This WSDL has no service, binding and operation that could be called.',
    'It may be a part that another WSDL imports: give that one.',
  )
}
