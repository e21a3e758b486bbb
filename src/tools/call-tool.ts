import { callLiveTool } from '../pipeline/call-live-tool.ts'
import { DELETES, defineTool, objectSchema, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly tool: string
  readonly arguments?: Readonly<Record<string, unknown>>
}

export const callTool = defineTool<Input>({
  name: 'call_tool',
  title: 'Call a tool of a deployed server',
  description: 'Calls any tool of a deployed server, also one that writes or deletes, and passes its result through.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      tool: { type: 'string', maxLength: 64 },
      arguments: { type: 'object', description: 'As its schema says.' },
    },
    ['server', 'tool'],
  ),
  scope: 'deploy',
  annotations: { ...DELETES, idempotentHint: false, openWorldHint: true },
  async run({ server, tool, arguments: given = {} }, { services, principal: { tenantId }, signal }) {
    const passThrough = await callLiveTool(
      { server, tool, arguments: given, onlyReading: false },
      services,
      tenantId,
      signal,
    )
    return { text: '', structured: {}, passThrough }
  },
})
