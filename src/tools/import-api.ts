import { MetaError } from '../errors/meta-error.ts'
import { introspect } from '../pipeline/introspect.ts'
import { type DescriptionSource, type DescriptionText, readDescription } from '../pipeline/read-description.ts'
import { isGrpcAddress, reflect } from '../pipeline/reflect.ts'
import { readWsdl } from '../pipeline/read-wsdl.ts'
import { takeDropped } from '../pipeline/dropped-description.ts'
import { requireServer } from '../registry/server-store.ts'
import { importAnswer, importDescription, selectArgument } from './import-description.ts'
import { defineTool, type AnswerOf, type MetaCall, objectSchema, serverArgument, WRITES } from './meta-tool.ts'
import { refreshDescription, type RefreshInput } from './refresh-description.ts'

interface Input extends Omit<RefreshInput, 'api' | 'overlay'> {
  readonly kind: 'graphql' | 'soap' | 'grpc'
}

export const importApi = defineTool({
  name: 'import_api',
  title: 'Import another API',
  description:
    'Like import_openapi, for GraphQL (url of the endpoint, or the schema), SOAP (WSDL), gRPC (.proto, or url grpcs://host).',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      kind: { type: 'string', enum: ['graphql', 'soap', 'grpc'] },
      url: { type: 'string', maxLength: 2_000 },
      content: { type: 'string' },
      file: { type: 'string', maxLength: 1_000 },
      preview: { type: 'boolean' },
      select: { ...selectArgument, saidAs: 'As in import_openapi.' },
      expose: { type: 'string', enum: ['tools', 'search'] },
      base_url: { type: 'string', maxLength: 2_000 },
      refresh: { type: 'boolean' },
      accept_breaking: { type: 'boolean' },
    },
    ['server', 'kind'],
  ),
  outputSchema: importAnswer,
  scope: 'write',
  annotations: { ...WRITES, openWorldHint: true },
  async run(input: Input, call) {
    if (input.refresh) return refresh(input, call)
    return importDescription(input, call, { tool: 'import_api', kind: input.kind, read: readText })
  },
})

async function refresh(input: Input, call: MetaCall): Promise<AnswerOf<typeof importAnswer>> {
  const { kind, url, content, file } = input
  const isGiven = [url, content, file].some((each) => each !== undefined)
  return refreshDescription(input, call, {
    tool: 'import_api',
    kind,
    source: isGiven ? givenSource(input) : undefined,
    read: (source) => readApi(source, input, call),
  })
}

function readText(input: Input, call: MetaCall): Promise<DescriptionText> {
  return readApi(givenSource(input), input, call)
}

/** @throws MetaError ARGUMENTS_INVALID when none, or more than one, is given */
function givenSource({ url, content, file }: Input): DescriptionSource {
  const given = [
    ...(url === undefined ? [] : [{ url }]),
    ...(content === undefined ? [] : [{ content }]),
    ...(file === undefined ? [] : [{ file }]),
  ]
  const [source] = given
  if (source && given.length === 1) return source
  throw notOne(given.length)
}

async function readApi(source: DescriptionSource, { kind, server }: Input, call: MetaCall): Promise<DescriptionText> {
  return { ...(await readSource(source, { kind, server }, call)), kind }
}

async function readSource(
  source: DescriptionSource,
  { kind, server: name }: Pick<Input, 'kind' | 'server'>,
  call: MetaCall,
): Promise<DescriptionText> {
  const { services, signal, principal, roots } = call
  if ('url' in source && kind === 'soap') return readWsdl(source.url, services, signal)
  const isGraphqlEndpoint = 'url' in source && kind === 'graphql' && !/\.(graphqls?|gql|json)$/.test(source.url)
  if ('url' in source && (isGraphqlEndpoint || isGrpcAddress(source.url))) {
    const { tenantId } = principal
    const server = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, name))
    return (isGraphqlEndpoint ? introspect : reflect)(source.url, server, services, signal)
  }
  return readDescription(await takeDropped(source, name, call), services, signal, roots)
}

function notOne(count: number): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `${count === 0 ? 'None' : 'More than one'} of url, content and file is given.`,
    'Give the address (of the GraphQL endpoint, or of the WSDL) as url, or the schema or WSDL as content or file.',
  )
}
