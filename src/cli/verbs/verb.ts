import { describedMetaServer } from '../../mcp/described-meta-server.ts'
import type { JsonSchema } from '../../model/tool-definition.ts'

/** A short command for a meta tool. */
export interface Verb {
  readonly name: string
  readonly tool: string
  readonly description: string
  /** Arguments that stand without a name. */
  readonly positional: readonly string[]
  /** It can more than its tool, and is put together by itself. */
  readonly isOwnCommand?: true
}

export const verbs: readonly Verb[] = [
  { name: 'ls', tool: 'list_servers', description: 'list servers', positional: [], isOwnCommand: true },
  { name: 'show', tool: 'get_server', description: 'show a server', positional: ['server'] },
  { name: 'deploy', tool: 'deploy', description: 'build and start it', positional: ['server'], isOwnCommand: true },
  { name: 'logs', tool: 'get_logs', description: 'show its log', positional: ['server'], isOwnCommand: true },
  { name: 'check', tool: 'check_server', description: 'grade a server, and say what to mend', positional: ['server'] },
  { name: 'test', tool: 'test_tool', description: 'run a tool with made answers', positional: ['server', 'tool'] },
  { name: 'search', tool: 'search_tools', description: 'find tools of deployed servers', positional: ['query'] },
  { name: 'rollback', tool: 'rollback', description: 'go back to an earlier version', positional: ['server'] },
  { name: 'rm', tool: 'delete_server', description: 'archive a server; it can be restored', positional: ['server'] },
]

export interface DescribedTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: JsonSchema
}

export function describedTools(): readonly DescribedTool[] {
  return describedMetaServer({ fileTools: false }).tools.map(({ name, title, description, inputSchema }) => ({
    name,
    title,
    description,
    inputSchema,
  }))
}

export function inputSchemaOf(name: string): JsonSchema {
  const tool = describedTools().find((each) => each.name === name)
  if (!tool) throw new Error(`There is no meta tool "${name}".`)
  return tool.inputSchema
}
