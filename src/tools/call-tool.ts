import type { Effect } from '../model/tool-definition.ts'
import { addSecretLink } from '../pipeline/add-secret-link.ts'
import { callLiveTool } from '../pipeline/call-live-tool.ts'
import { askBeforeCall } from './ask-before-call.ts'
import { confirmArgument, DELETES, defineTool, objectSchema, serverArgument } from './meta-tool.ts'

/** A call of a deployed server's tool. */
export interface LiveCallInput {
  readonly server: string
  readonly tool: string
  readonly arguments?: Readonly<Record<string, unknown>>
}

export const liveCallArguments = {
  server: serverArgument,
  tool: { type: 'string', maxLength: 64 },
  arguments: { type: 'object' },
}

export const callTool = defineTool<LiveCallInput>({
  name: 'call_tool',
  title: 'Call a tool',
  description: 'Calls any tool of a deployed server, also one that writes or deletes.',
  inputSchema: objectSchema({ ...liveCallArguments, confirm: confirmArgument }, ['server', 'tool']),
  scope: 'deploy',
  annotations: { ...DELETES, idempotentHint: false, openWorldHint: true },
  async run({ server, tool, arguments: given = {} }, { services, principal, signal, confirm }) {
    const beforeCall = (effect: Effect) => askBeforeCall({ server, tool, effect, arguments: given }, confirm)
    const result = await callLiveTool(
      { server, tool, arguments: given, onlyReading: false, beforeCall },
      services,
      principal.tenantId,
      signal,
    )
    const passThrough = await addSecretLink(result, server, services, principal)
    return { text: '', structured: {}, passThrough }
  },
})
