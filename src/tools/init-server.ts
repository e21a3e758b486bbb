import { templates } from '../../generators/templates/index.ts'
import type { TemplateParts } from '../../generators/templates/template.ts'
import { addServer } from '../pipeline/quota.ts'
import { readTemplate } from '../pipeline/read-template.ts'
import { storeTemplate } from '../pipeline/store-template.ts'
import { answerSchema, integer, string, strings } from './answer-schema.ts'
import { defineTool, objectSchema, WRITES } from './meta-tool.ts'

interface Input {
  readonly name: string
  readonly description: string
  readonly template?: string
}

export const initServer = defineTool({
  name: 'init_server',
  title: 'New server',
  description: 'Starts a new MCP server. Give it tools with import_openapi or add_tool, then deploy.',
  inputSchema: objectSchema(
    {
      name: { type: 'string', pattern: '^[a-z][a-z0-9-]{1,38}$' },
      description: {
        type: 'string',
        minLength: 1,
        maxLength: 1_000,
        description: 'What it is for; a template takes its URLs.',
      },
      template: { type: 'string', enum: templates.map(({ name }) => name) },
    },
    ['name', 'description'],
  ),
  outputSchema: answerSchema(
    ['status'],
    { server: string, status: string },
    { template: string, tools: strings, tests: integer },
  ),
  scope: 'write',
  annotations: WRITES,
  async run({ name, description, template = 'empty' }: Input, { services, principal: { tenantId } }) {
    const parts = readTemplate(template, { name, description })
    const server = await services.db.as(tenantId, async (sql) => {
      const added = await addServer(sql, services.config.quota, tenantId, { name, description, exposure: 'tools' })
      await storeTemplate(sql, services.config.quota, added, parts)
      return added
    })
    const isEmpty = parts.tools.length === 0
    return {
      text: isEmpty
        ? `Server "${name}" is started, as a draft without tools.`
        : `Server "${name}" is started, as a draft of the template ${template}, with ${countsOf(parts)}. ${parts.first} Its guide is mcpwright://guide/template-${template}.`,
      structured: {
        server: server.name,
        status: server.status,
        ...(!isEmpty && { template, tools: parts.tools.map((tool) => tool.name), tests: parts.tests.length }),
      },
      next: parts.next,
    }
  },
})

function countsOf({ tools, resources, prompts, tests }: TemplateParts): string {
  const counts = { tools, resources, prompts, 'saved tests': tests }
  const told = Object.entries(counts).flatMap(([kind, { length }]) => (length > 0 ? [`${length} ${kind}`] : []))
  return told.join(', ')
}
