import { type DocumentNode, type GraphQLField, type GraphQLObjectType, type GraphQLSchema, parse, print } from 'graphql'
import type { Credential, HttpCall } from '../../../runtime/library/http-call.ts'
import type { Effect } from '../../../runtime/library/operation.ts'
import type { ApiImporter, ApiOperation, ImportedApi, ImportOptions } from '../../../src/model/api-importer.ts'
import { cleanText } from '../openapi/clean-text.ts'
import { effectOfName } from '../name-effect.ts'
import { descriptionTooLarge } from '../openapi/text-budget.ts'
import { OperationNames } from '../openapi/operation-names.ts'
import { holdAgainstSchema } from './hold-against-schema.ts'
import { inputSchemaOf } from './input-schema.ts'
import { looksLikeGraphql, readSchema } from './read-schema.ts'
import { selectionOf } from './selection.ts'
import { tokenNameOf } from './token-name.ts'

/** Reads a GraphQL schema: each query that can be asked and each mutation is one operation, with a document of its own. */
export const graphqlImporter: ApiImporter = { kind: 'graphql', recognizes: looksLikeGraphql, read: readGraphql }

/** Characters of a document; GraphQL servers limit what they parse. */
const LONGEST_DOCUMENT = 8_000
const LONGEST_DESCRIPTION = 560
/** Ten for each of eight hundred tables; each costs a document that is held against the schema. */
const MOST_OPERATIONS = 8_000

async function readGraphql(text: string, { origin, baseUrl }: ImportOptions): Promise<ImportedApi> {
  const schema = readSchema(text)
  refuseTooMany(schema)
  const endpoint = endpointOf(baseUrl ?? origin)
  const credential = credentialOf(endpoint)
  const context: Reading = { schema, endpoint, credential, names: new OperationNames(), skipped: [] }
  const operations = [
    ...fieldsOf(schema.getQueryType(), 'query', context),
    ...fieldsOf(schema.getMutationType(), 'mutation', context),
  ]
  for (const name of Object.keys(schema.getSubscriptionType()?.getFields() ?? {})) {
    context.skipped.push({ pointer: `/Subscription/${name}`, reason: 'a subscription: it answers more than once' })
  }
  return {
    kind: 'graphql',
    title: endpoint ? `GraphQL of ${endpoint.host}` : 'GraphQL API',
    description: cleanText(schema.description ?? '', 1_000),
    version: '',
    operations,
    hosts: endpoint ? [endpoint.host] : [],
    credentials: credential && operations.length > 0 ? [credential] : [],
    skipped: [...(endpoint ? [] : [NO_ENDPOINT]), ...context.skipped],
    warnings: [],
  }
}

/** @throws MetaError DESCRIPTION_TOO_LARGE */
function refuseTooMany(schema: GraphQLSchema): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const count = roots.reduce((sum, type) => sum + Object.keys(type?.getFields() ?? {}).length, 0)
  if (count > MOST_OPERATIONS) throw descriptionTooLarge(`has more than ${MOST_OPERATIONS} queries and mutations`)
}

interface Reading {
  readonly schema: GraphQLSchema
  readonly endpoint: URL | undefined
  readonly credential: Credential | undefined
  readonly names: OperationNames
  readonly skipped: { pointer: string; reason: string }[]
}

const NO_ENDPOINT = { pointer: '/', reason: 'a schema names no address; give that of the endpoint as base_url' }

function fieldsOf(
  type: GraphQLObjectType | null | undefined,
  operation: 'query' | 'mutation',
  context: Reading,
): ApiOperation[] {
  const fields = Object.values(type?.getFields() ?? {})
  const documents = fields.map((field) => documentOf(field, operation, context.schema))
  // Before anybody sends them.
  const faults = holdAgainstSchema(context.schema, documents)
  return fields.flatMap((field, index) => {
    const pointer = `/${type?.name ?? ''}/${field.name}`
    const text = textOf(documents[index], faults[index])
    if (typeof text === 'string') return [toOperation(field, { operation, pointer, document: text }, context)]
    context.skipped.push({ pointer, reason: text.problem })
    return []
  })
}

/** One field asked for with its arguments as variables. */
function documentOf(
  field: GraphQLField<unknown, unknown>,
  operation: 'query' | 'mutation',
  schema: GraphQLSchema,
): DocumentNode {
  const variables = field.args.map(({ name, type }) => `$${name}: ${String(type)}`)
  const values = field.args.map(({ name }) => `${name}: $${name}`)
  const declared = variables.length > 0 ? `(${variables.join(', ')})` : ''
  const given = values.length > 0 ? `(${values.join(', ')})` : ''
  return parse(`${operation}${declared} { ${field.name}${given} ${selectionOf(schema, field)} }`, { noLocation: true })
}

function textOf(document: DocumentNode | undefined, fault: string | undefined): string | { readonly problem: string } {
  if (!document || fault !== undefined) {
    return { problem: `no valid document could be made of it: ${fault?.slice(0, 200)}` }
  }
  const text = print(document)
  if (text.length <= LONGEST_DOCUMENT) return text
  return { problem: `asking for it takes ${text.length} characters; at most ${LONGEST_DOCUMENT} are sent` }
}

function toOperation(
  field: GraphQLField<unknown, unknown>,
  { operation, pointer, document }: { operation: 'query' | 'mutation'; pointer: string; document: string },
  { names, endpoint, credential }: Reading,
): ApiOperation {
  const effect = operation === 'query' ? 'read' : mutationEffect(field.name)
  const said = cleanText(field.description ?? '', LONGEST_DESCRIPTION - 140)
  const deprecated = field.deprecationReason ? ` Deprecated: ${cleanText(field.deprecationReason, 80)}` : ''
  const returns = `Returns ${String(field.type)}.`
  return {
    name: names.nameFor(field.name, operation, field.name),
    description: `${said === '' ? `The ${operation} ${field.name}.` : said} ${returns}${deprecated}`,
    effect,
    inputSchema: inputSchemaOf(field.args),
    group: operation === 'query' ? 'queries' : 'mutations',
    call: callOf(field, document, endpoint, credential),
    source: { pointer },
    label: `${operation} ${field.name}`,
    tags: [operation === 'query' ? 'queries' : 'mutations'],
  }
}

/** GraphQL over HTTP, sections 5.1 and 6: a POST with a JSON body; errors come with status 200 too. */
function callOf(
  { name, args }: GraphQLField<unknown, unknown>,
  document: string,
  endpoint: URL | undefined,
  credential: Credential | undefined,
): HttpCall {
  const variables = Object.fromEntries(args.map((argument) => [argument.name, `{${argument.name}}`]))
  return {
    kind: 'http',
    method: 'POST',
    path: endpoint ? `${endpoint.pathname}${endpoint.search}` : '/',
    servers: endpoint ? [{ url: endpoint.origin }] : [],
    parameters: [],
    body: {
      kind: 'template',
      mediaType: 'application/json',
      template: { query: document, ...(args.length > 0 && { variables }) },
    },
    accept: ['application/graphql-response+json', 'application/json'],
    // Whether it wants a token no schema says: one is sent when it is set.
    security: credential ? [[credential.name], []] : [[]],
    pick: `/data/${name}`,
    errors: '/errors',
  }
}

/** A schema does not tell what is lost; that a mutation writes it does. */
function mutationEffect(name: string): Effect {
  return effectOfName(name) === 'delete' ? 'delete' : 'write'
}

function endpointOf(address: string | undefined): URL | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}

function credentialOf(endpoint: URL | undefined): Credential | undefined {
  if (!endpoint) return undefined
  return {
    name: tokenNameOf(endpoint.host),
    hosts: [endpoint.host],
    placement: { type: 'bearer' },
    purpose: `Signs in at ${endpoint.host}, if it wants that.`,
  }
}
