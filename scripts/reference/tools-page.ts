import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { fileTools } from '../../src/tools/files/index.ts'
import { metaTools } from '../../src/tools/index.ts'
import type { MetaTool } from '../../src/tools/meta-tool.ts'
import { table } from './table.ts'

/** Every meta tool with its arguments and what it gives, in full where clients list them in short. */
export function toolsPage(): string {
  const ofFiles = fileTools.map(describeTool).join('\n\n')
  return `${HEAD}\n\n${metaTools.map(describeTool).join('\n\n')}\n\n${FILES}\n\n${ofFiles}\n`
}

function describeTool(tool: MetaTool): string {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool
  const required = new Set(asList(inputSchema['required']))
  const rows = Object.entries(asSchema(inputSchema['properties'])).map(([argument, value]) => {
    const schema = asSchema(value)
    return [
      `\`${argument}\`${required.has(argument) ? ' (needed)' : ''}`,
      describeType(schema),
      describeMeaning(schema),
    ]
  })
  const effect = annotations.readOnlyHint ? ' Changes nothing.' : ''
  return [
    `## ${name}`,
    `**${title}.** ${description}${effect}`,
    ...(rows.length > 0 ? [table(['argument', 'type', 'meaning'], rows)] : []),
    ...(outputSchema ? [describeAnswer(outputSchema)] : ["Gives the called tool's own result."]),
  ].join('\n\n')
}

function describeMeaning({ description, saidAs, default: usual }: JsonSchema): string {
  const told = [description ?? saidAs].filter((each) => typeof each === 'string')
  return [...told, ...(usual === undefined ? [] : [`${asWords(usual)} by default.`])].join(' ')
}

function asWords(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value)
}

function describeAnswer({ properties, required }: JsonSchema): string {
  const always = new Set(asList(required))
  const rows = Object.entries(asSchema(properties)).map(([name, value]) => [
    `\`${name}\`${always.has(name) ? ' (always)' : ''}`,
    describeType(asSchema(value)),
  ])
  return table(['gives', 'type'], rows)
}

/** A JSON Schema in a few words: `list of {name, host, purpose}`, `"read" or "write"`. */
function describeType(schema: JsonSchema): string {
  const choices = asList(schema['enum'])
  if (choices.length > 0) return choices.map((choice) => JSON.stringify(choice)).join(', ')
  if (schema['type'] === 'array')
    return schema['items'] === undefined ? 'list' : `list of ${describeType(asSchema(schema['items']))}`
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
\`confirm\`, a person is asked first. Clients list arguments and answers in short; here they are in full. An answer that
had to be cut says in \`cut\` which of its parts are shorter, and in \`rest\` where all of it is.`

const FILES = `# Tools for files

Listed and answered only where a person has started mcpwright with \`MCPWRIGHT_FILE_TOOLS=1\` ([guide](../files.md)).`
