import type { Effect, JsonSchema, ToolDefinition } from '../../src/model/tool-definition.ts'
import type { AskedServer } from './template.ts'

/** A tool whose code is the file of its name: `list_tasks` is `code/tools/list-tasks.ts`. */
export interface CodeTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly effect: Effect
  readonly input: JsonSchema
  readonly output: JsonSchema
  readonly hosts?: readonly string[]
  readonly task?: 'optional'
}

/** @throws Error when a tool has no file: a fault of the template */
export function codeTools({ sources }: Pick<AskedServer, 'sources'>, tools: readonly CodeTool[]): ToolDefinition[] {
  return tools.map(({ name, title, description, effect, input, output, hosts = [], task }) => ({
    name,
    title,
    description,
    effect,
    inputSchema: input,
    outputSchema: output,
    handler: { kind: 'code', source: toolSource(name, sources), hosts, ...(task && { task }) },
  }))
}

/** Every file of `code/shared`, by its name. */
export function sharedCode({ sources }: Pick<AskedServer, 'sources'>): Record<string, string> {
  const shared = Object.entries(sources).filter(([path]) => path.startsWith('shared/'))
  return Object.fromEntries(shared.map(([path, source]) => [path.slice('shared/'.length), inProject(source)]))
}

function toolSource(name: string, sources: AskedServer['sources']): string {
  const source = sources[`tools/${name.replaceAll('_', '-')}.ts`]
  if (source === undefined) throw new Error(`The template has no code for its tool "${name}".`)
  return inProject(source)
}

/** In a project the runtime library is `src/lib`; here it is a room of its own, so that templates are type-checked. */
function inProject(source: string): string {
  return source.replaceAll(/'(?:\.\.\/)+runtime\/library\//g, "'../lib/")
}
