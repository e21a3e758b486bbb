import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server'

const schema = fromJsonSchema<{ text: string }>({
  type: 'object',
  properties: { text: { type: 'string' } },
  required: ['text'],
})

/** The same server for every contestant: one tool, which gives back its text. */
export function createEchoServer(): McpServer {
  const server = new McpServer({ name: 'echo', version: '1.0.0' })
  server.registerTool('echo', { description: 'Gives back its text.', inputSchema: schema }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }))
  // For the soak.
  server.registerTool('crash', { inputSchema: fromJsonSchema({ type: 'object' }) }, () => process.exit(3))
  return server
}
