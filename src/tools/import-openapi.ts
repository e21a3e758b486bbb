import { MetaError } from '../errors/meta-error.ts'
import { takeDropped } from '../pipeline/dropped-description.ts'
import { type DescriptionSource, type DescriptionText, readDescription } from '../pipeline/read-description.ts'
import { importAnswer, importDescription, selectArgument } from './import-description.ts'
import { defineTool, type AnswerOf, type MetaCall, objectSchema, serverArgument, WRITES } from './meta-tool.ts'
import { refreshDescription, type RefreshInput } from './refresh-description.ts'

type Input = RefreshInput

export const importOpenapi = defineTool({
  name: 'import_openapi',
  title: 'Import OpenAPI',
  description:
    'Turns OpenAPI 3.x or Swagger 2.0 into tools. First previews groups, hosts, credentials, token cost; ' +
    'then call with preview: false and a select (without: only operations that read). refresh: what changed since.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      url: {
        type: 'string',
        maxLength: 2_000,
        description: 'Of the description, or its documentation page.',
      },
      content: { type: 'string', description: 'JSON or YAML.' },
      file: {
        type: 'string',
        maxLength: 1_000,
        description: 'In an allowed folder; or inbox:NAME: the person drops it on a page.',
      },
      api: { type: 'string', maxLength: 100, description: 'A known API: stripe.' },
      preview: { type: 'boolean', default: true },
      select: selectArgument,
      expose: {
        type: 'string',
        enum: ['tools', 'search'],
        description: 'One tool each, or four that search and call.',
      },
      base_url: { type: 'string', maxLength: 2_000, description: 'One of its servers, or another.' },
      overlay: { type: 'string', maxLength: 1_000_000, description: 'OpenAPI Overlay 1.0.' },
      refresh: { type: 'boolean' },
      accept_breaking: { type: 'boolean', description: 'In a refresh of a deployed server.' },
    },
    ['server'],
  ),
  outputSchema: importAnswer,
  scope: 'write',
  annotations: { ...WRITES, openWorldHint: true },
  async run(input: Input, call) {
    if (input.refresh) return refresh(input, call)
    return importDescription(input, call, { tool: 'import_openapi', read: readSourceText })
  },
})

async function readSourceText(input: Input, call: MetaCall): Promise<DescriptionText> {
  const source = await takeDropped(readSource(input), input.server, call)
  const description = await readDescription(source, call.services, call.signal, call.roots)
  return { ...description, ...(input.overlay !== undefined && { overlay: input.overlay }) }
}

async function refresh(input: Input, call: MetaCall): Promise<AnswerOf<typeof importAnswer>> {
  const { url, content, file, api } = input
  const isGiven = [url, content, file, api].some((each) => each !== undefined)
  return refreshDescription(input, call, {
    tool: 'import_openapi',
    kind: 'openapi',
    source: isGiven ? await takeDropped(readSource(input), input.server, call) : undefined,
    read: async (source) => ({
      ...(await readDescription(source, call.services, call.signal, call.roots)),
      kind: 'openapi',
    }),
  })
}

function readSource({ url, content, file, api }: Input): DescriptionSource {
  const given = [
    url !== undefined && { url },
    content !== undefined && { content },
    file !== undefined && { file },
    api !== undefined && { api },
  ].filter((each) => each !== false)
  const [source] = given
  if (source && given.length === 1) return source
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `${given.length === 0 ? 'None' : 'More than one'} of url, content, file and api is given.`,
    'Give exactly one of them; file: "inbox:NAME" for one that the person has and drops on a page.',
  )
}
