import { addSecretLink } from '../pipeline/add-secret-link.ts'
import { callLiveTool } from '../pipeline/call-live-tool.ts'
import { liveCallArguments, type LiveCallInput } from './call-tool.ts'
import { defineTool, objectSchema, READS } from './meta-tool.ts'

export const readTool = defineTool<LiveCallInput>({
  name: 'read_tool',
  title: 'Call a reading tool',
  description: 'Calls a tool of a deployed server whose effect is "read".',
  inputSchema: objectSchema(liveCallArguments, ['server', 'tool']),
  scope: 'read',
  annotations: { ...READS, openWorldHint: true },
  async run({ server, tool, arguments: given = {} }, { services, principal, signal }) {
    const result = await callLiveTool(
      { server, tool, arguments: given, onlyReading: true },
      services,
      principal.tenantId,
      signal,
    )
    const passThrough = await addSecretLink(result, server, services, principal)
    return { text: '', structured: {}, passThrough }
  },
})
