import { MetaError } from '../errors/meta-error.ts'
import { schemaViolations } from '../pipeline/check-schema.ts'
import { introspect } from '../pipeline/introspect.ts'
import { type DescriptionText, readDescription } from '../pipeline/read-description.ts'
import { readWsdl } from '../pipeline/read-wsdl.ts'
import { takeDropped } from '../pipeline/dropped-description.ts'
import { requireServer } from '../registry/server-store.ts'
import { importDescription, type ImportInput, selectArgument, shortSelectArgument } from './import-description.ts'
import { defineTool, type MetaCall, objectSchema, serverArgument, WRITES } from './meta-tool.ts'

interface Input extends Omit<ImportInput, 'api'> {
  readonly kind: 'graphql' | 'soap'
}

export const importApi = defineTool<Input>({
  name: 'import_api',
  title: 'Import GraphQL or SOAP',
  description: 'Like import_openapi for GraphQL (url: the endpoint; content or file: the schema) and SOAP (the WSDL).',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      kind: { type: 'string', enum: ['graphql', 'soap'] },
      url: { type: 'string', maxLength: 2_000 },
      content: { type: 'string' },
      file: { type: 'string', maxLength: 1_000 },
      preview: { type: 'boolean' },
      select: shortSelectArgument,
      expose: { type: 'string', enum: ['tools', 'search'] },
      base_url: { type: 'string', maxLength: 2_000 },
    },
    ['server', 'kind'],
  ),
  scope: 'write',
  annotations: { ...WRITES, openWorldHint: true },
  async run(input, call) {
    await checkSelection(input.select)
    return importDescription(input, call, { tool: 'import_api', kind: input.kind, read: readText })
  },
})

/** What the list does not spell out again is checked all the same. */
async function checkSelection(select: unknown): Promise<void> {
  const problems = select === undefined ? [] : await schemaViolations(selectArgument, select)
  if (problems.length === 0) return
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `"select" is not right: ${problems.join('; ')}.`,
    'It takes lists: tags, operations, methods, paths; or all: true.',
  )
}

async function readText(input: Input, call: MetaCall): Promise<DescriptionText> {
  const { url, content, file } = input
  const given = [url, content, file].filter((each) => each !== undefined)
  if (given.length !== 1) throw notOne(given.length)
  return { ...(await readSource(input, call)), kind: input.kind }
}

async function readSource(input: Input, call: MetaCall): Promise<DescriptionText> {
  const { url, content, file } = input
  const { services, signal, principal, roots } = call
  if (url !== undefined && input.kind === 'soap') return readWsdl(url, services, signal)
  if (url !== undefined && !/\.(graphqls?|gql|json)$/.test(url)) {
    const { tenantId } = principal
    const server = await services.db.as(tenantId, (sql) => requireServer(sql, tenantId, input.server))
    return introspect(url, server, services, signal)
  }
  const source = url !== undefined ? { url } : content !== undefined ? { content } : { file: file ?? '' }
  return readDescription(await takeDropped(source, input.server, call), services, signal, roots)
}

function notOne(count: number): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `${count === 0 ? 'None' : 'More than one'} of url, content and file is given.`,
    'Give the address (of the GraphQL endpoint, or of the WSDL) as url, or the schema or WSDL as content or file.',
  )
}
