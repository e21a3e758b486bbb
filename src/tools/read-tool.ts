import { callLiveTool } from '../pipeline/call-live-tool.ts'
import { defineTool, objectSchema, READS, serverArgument } from './meta-tool.ts'

interface Input {
  readonly server: string
  readonly tool: string
  readonly arguments?: Readonly<Record<string, unknown>>
}

export const readTool = defineTool<Input>({
  name: 'read_tool',
  title: 'Call a tool that only reads',
  description: 'Calls a tool of a deployed server whose effect is "read", and passes its result through.',
  inputSchema: objectSchema(
    {
      server: serverArgument,
      tool: { type: 'string', maxLength: 64 },
      arguments: { type: 'object', description: 'As its schema says.' },
    },
    ['server', 'tool'],
  ),
  scope: 'read',
  annotations: { ...READS, openWorldHint: true },
  async run({ server, tool, arguments: given = {} }, { services, principal: { tenantId }, signal }) {
    const passThrough = await callLiveTool(
      { server, tool, arguments: given, onlyReading: true },
      services,
      tenantId,
      signal,
    )
    return { text: '', structured: {}, passThrough }
  },
})
