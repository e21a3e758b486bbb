import { defaults } from '../config/defaults.ts'
import { counted } from '../model/counted.ts'
import { findLiveTools } from '../pipeline/find-live-tools.ts'
import { answerSchema, arrayOf, integer, object, string, strings } from './answer-schema.ts'
import { fitAnswer } from './fit-answer.ts'
import { defineTool, objectSchema, READS, serverArgument } from './meta-tool.ts'

interface Input {
  readonly query: string
  readonly server?: string
  readonly limit?: number
}

export const searchTools = defineTool({
  name: 'search_tools',
  title: 'Find tools',
  description:
    'Finds tools of your deployed servers by what they do, with schemas of the best, for read_tool or call_tool.',
  inputSchema: objectSchema(
    {
      query: { type: 'string', maxLength: 500 },
      server: serverArgument,
      limit: { type: 'integer', minimum: 1, maximum: 50 },
    },
    ['query'],
  ),
  outputSchema: answerSchema(['tools'], {
    tools: arrayOf(
      { server: string, tool: string, effect: string, description: string },
      { input_schema: object, required: strings },
    ),
    total: integer,
  }),
  scope: 'read',
  annotations: READS,
  async run({ query, server, limit: given }: Input, { services, principal: { tenantId } }) {
    const limit = given ?? 10
    const most = given === undefined ? defaults.limits.answerTokens : defaults.limits.answerTokensMax
    const found = await findLiveTools(
      { query, limit, schemas: 3, ...(server !== undefined && { server }) },
      services,
      tenantId,
    )
    const lines = found.tools.map(
      ({ server: owner, tool, effect, description }) => `${owner}: ${tool} (${effect}) ${description}`,
    )
    const [best] = found.tools
    const answer = {
      text:
        lines.join('\n') ||
        `Nothing matches "${query}" among ${counted(found.total, 'tool')} of ${counted(found.servers, 'deployed server')}.`,
      structured: { tools: found.tools, total: found.total },
      next: [
        best
          ? {
              tool: best.effect === 'read' ? 'read_tool' : 'call_tool',
              arguments: { server: best.server, tool: best.tool, arguments: {} },
            }
          : server === undefined
            ? { tool: 'list_servers', arguments: {} }
            : { tool: 'get_server', arguments: { server, include: ['tools'] } },
      ],
    }
    return fitAnswer(answer, { most })
  },
})
