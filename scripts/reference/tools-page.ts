import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { describedMetaServer } from '../../src/mcp/described-meta-server.ts'
import { table } from './table.ts'

type ListedTool = ReturnType<typeof describedMetaServer>['tools'][number]

/** Every meta tool with its arguments, as clients list them. */
export function toolsPage(): string {
  const always = describedMetaServer({ fileTools: false }).tools
  const switchedOn = describedMetaServer({ fileTools: true }).tools.slice(always.length)
  const ofFiles = switchedOn.map(describeTool).join('\n\n')
  return `${HEAD}\n\n${always.map(describeTool).join('\n\n')}\n\n${FILES}\n\n${ofFiles}\n`
}

function describeTool({ name, title, description, inputSchema, annotations }: ListedTool): string {
  const required = new Set(asList(inputSchema['required']))
  const rows = Object.entries(asSchema(inputSchema['properties'])).map(([argument, value]) => {
    const schema = asSchema(value)
    return [
      `\`${argument}\`${required.has(argument) ? ' (needed)' : ''}`,
      describeType(schema),
      typeof schema['description'] === 'string' ? schema['description'] : '',
    ]
  })
  const effect = annotations.readOnlyHint ? 'Changes nothing.' : ''
  const text = `## ${name}\n\n${[`**${title}.** ${description}`, effect].filter(Boolean).join(' ')}`
  return rows.length === 0 ? text : `${text}\n\n${table(['argument', 'type', 'meaning'], rows)}`
}

/** A JSON Schema in a few words: `list of {name, host, purpose}`, `"read" or "write"`. */
function describeType(schema: JsonSchema): string {
  const choices = asList(schema['enum'])
  if (choices.length > 0) return choices.map((choice) => JSON.stringify(choice)).join(', ')
  if (schema['type'] === 'array') return `list of ${describeType(asSchema(schema['items']))}`
  const parts = Object.keys(asSchema(schema['properties']))
  if (parts.length > 0) return `object {${parts.join(', ')}}`
  return typeof schema['type'] === 'string' ? schema['type'] : 'any value'
}

function asSchema(value: unknown): JsonSchema {
  return { ...Object(value) }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

const HEAD = `# Tools

Written by \`npm run reference\`. What a chat can do with mcpwright, and \`mcpwright call <tool>\` too. Every answer has
\`next\` with what can be done now; every error has a code ([all of them](errors.md)) and \`fix\`. Where a tool takes
\`confirm\`, a person is asked first.`

const FILES = `# Tools for files

Listed and answered only where a person has started mcpwright with \`MCPWRIGHT_FILE_TOOLS=1\` ([guide](../files.md)).`
