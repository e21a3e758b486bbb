import { addServer } from '../pipeline/quota.ts'
import { defineTool, objectSchema, WRITES } from './meta-tool.ts'

export const initServer = defineTool<{ name: string; description: string }>({
  name: 'init_server',
  title: 'Start a server',
  description: 'Starts a new, empty MCP server. Give it tools with import_openapi or add_tool, then deploy it.',
  inputSchema: objectSchema(
    {
      name: {
        type: 'string',
        pattern: '^[a-z][a-z0-9-]{1,38}$',
        description: 'Lower case, digits and hyphens: "github-issues".',
      },
      description: {
        type: 'string',
        minLength: 1,
        maxLength: 1_000,
        description: 'What it is for; its clients read this.',
      },
    },
    ['name', 'description'],
  ),
  scope: 'write',
  annotations: WRITES,
  async run({ name, description }, { services, principal: { tenantId } }) {
    const server = await services.db.as(tenantId, (sql) =>
      addServer(sql, services.config.quota, tenantId, { name, description, exposure: 'tools' }),
    )
    return {
      text: `Server "${name}" is started, as a draft without tools.`,
      structured: { server: server.name, status: server.status },
      next: [
        { tool: 'import_openapi', arguments: { server: name, url: 'https://…' } },
        { tool: 'add_tool', arguments: { server: name } },
      ],
    }
  },
})
