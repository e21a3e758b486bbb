import type { PromptArgument, ServerDefinition } from '../../src/model/server-definition.ts'
import type { JsonSchema } from '../../src/model/tool-definition.ts'
import type { CodePart } from './emit-code.ts'

/** The hand-written code of a server: tools first, then resources, then prompts. */
export function codeParts(definition: ServerDefinition): CodePart[] {
  const tools = definition.tools.flatMap(({ handler, name, description, inputSchema }): CodePart[] =>
    handler.kind === 'code' ? [{ kind: 'tool', name, description, inputSchema, source: handler.source }] : [],
  )
  const resources = definition.resources.flatMap(({ content, name, description }): CodePart[] =>
    content.kind === 'code' ? [{ kind: 'resource', name, description: description ?? '', source: content.source }] : [],
  )
  const prompts = definition.prompts.flatMap(({ messages, name, description, arguments: args }): CodePart[] =>
    'kind' in messages
      ? [{ kind: 'prompt', name, description, inputSchema: schemaOf(args), source: messages.source }]
      : [],
  )
  return [...tools, ...resources, ...prompts]
}

/** MCP gives a prompt's arguments as texts. */
function schemaOf(args: readonly PromptArgument[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      args.map(({ name, description }) => [name, { type: 'string', ...(description && { description }) }]),
    ),
    required: args.flatMap(({ name, required }) => (required ? [name] : [])),
  }
}
