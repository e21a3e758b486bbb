import type { WorkerServer } from '../../../../runtime/library/worker/worker-host.ts'

const anything = { type: 'object', properties: {} } as const

/** A server of two tools, for what does not need workerd. */
export const deskServer: WorkerServer = {
  parts: {
    name: 'desk',
    version: '1.0.0',
    description: 'A desk.',
    exposure: 'tools',
    operations: { credentials: [], operations: [] },
    tools: [
      { name: 'look', description: 'Looks.', effect: 'read', inputSchema: anything },
      { name: 'forget', description: 'Forgets.', effect: 'delete', inputSchema: anything },
    ],
    resources: [],
    prompts: [],
    hosts: [],
  },
  code: { tools: { look: () => 'seen', forget: () => 'forgotten' }, resources: {}, prompts: {} },
}

/** A request of a client of 2025, which needs no session: `tools/list`, or a call of a tool. */
export function mcpRequest(tool?: string, headers: Readonly<Record<string, string>> = {}): Request {
  const asked =
    tool === undefined ? { method: 'tools/list' } : { method: 'tools/call', params: { name: tool, arguments: {} } }
  return new Request('https://desk.example/mcp', {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...asked }),
  })
}
