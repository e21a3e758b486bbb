import { MetaError } from '../errors/meta-error.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { schemaViolations } from '../pipeline/check-schema.ts'
import { unknownTool } from '../pipeline/unknown-tool.ts'
import { type Mock, tryTool } from '../pipeline/try-tool.ts'
import { listCredentials } from '../registry/credential-store.ts'
import { requireServer } from '../registry/server-store.ts'
import { findTool, toolNames } from '../registry/tool-store.ts'
import { fitAnswer } from './fit-answer.ts'
import { defineTool, type MetaCall, objectSchema, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly tool: string
  readonly input?: Readonly<Record<string, unknown>>
  readonly mocks?: readonly Mock[]
  readonly live?: boolean
}

export const testTool = defineTool<Input>({
  name: 'test_tool',
  title: 'Try a tool',
  description:
    'Runs a tool once in the sandbox, without deploying it: result, requests made, logs, time. Give mocks, or live: true.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      tool: { type: 'string', maxLength: 64 },
      input: { type: 'object', description: 'Its arguments.' },
      mocks: {
        type: 'array',
        maxItems: 50,
        items: objectSchema(
          {
            request: objectSchema({
              method: { type: 'string' },
              url: { type: 'string', description: '"*" stands for anything.' },
            }),
            response: objectSchema({ status: { type: 'integer' }, headers: { type: 'object' }, body: {} }),
          },
          ['response'],
        ),
        description: 'Answers to requests; the first that fits.',
      },
      live: {
        type: 'boolean',
        description: 'Really sends what no mock answers. Default: true for tools that read, when there are no mocks.',
      },
    },
    ['server', 'tool'],
  ),
  scope: 'write',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  async run({ server: serverName, tool: name, input = {}, mocks = [], live }, call) {
    const { server, tool, credentials } = await findSubject(serverName, name, call)
    const violations = await schemaViolations(tool.inputSchema, input)
    if (violations.length > 0) {
      throw new MetaError(
        'ARGUMENTS_INVALID',
        `The input of "${name}" is not right: ${violations.join('; ')}.`,
        'Give what its schema asks for.',
        {
          next: { tool: 'get_server', arguments: { server: serverName, include: ['tools'], format: 'detailed' } },
        },
      )
    }
    const isLive = live ?? (mocks.length === 0 && tool.effect === 'read')
    const report = await tryTool({ server, tool, credentials, input, mocks, live: isLive }, call.services, call.signal)
    const broken =
      tool.outputSchema && report.result?.structuredContent
        ? await schemaViolations(tool.outputSchema, report.result.structuredContent)
        : []
    return fitAnswer({
      text: `${name} ${report.ok ? 'works' : 'failed'} (${report.ms} ms, ${report.requests.length} requests).${report.problem ? `\n${report.problem}` : ''}`,
      structured: { ...report, violations: broken, live: isLive },
      next: [{ tool: 'deploy', arguments: { server: serverName } }],
    })
  },
})

async function findSubject(serverName: string, name: string, { services, principal: { tenantId } }: MetaCall) {
  return services.db.as(tenantId, async (sql) => {
    const server = await requireServer(sql, tenantId, serverName)
    const tool = await findTool(sql, tenantId, server.id, name)
    if (!tool) throw unknownTool(serverName, name, await toolNames(sql, tenantId, server.id))
    return { server, tool, credentials: (await listCredentials(sql, tenantId, server.id)).filter(isUsedBy(tool)) }
  })
}

function isUsedBy({ handler }: ToolDefinition): (credential: { name: string }) => boolean {
  const used = new Set(handler.kind === 'operation' ? handler.call.security.flat() : [])
  return ({ name }) => used.has(name)
}
