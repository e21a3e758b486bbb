import type { ServerDefinition } from '../model/server-definition.ts'
import type { ToolDefinition } from '../model/tool-definition.ts'
import { type PlacedText, textsOf } from './placed-texts.ts'
import { readSchema, type SchemaNode } from './schema-nodes.ts'

/** A definition as the rules see it: what several of them ask for is read once. */
export interface CheckedServer {
  readonly definition: ServerDefinition
  readonly tools: readonly CheckedTool[]
  /** Everything that a model reads, or may read. */
  readonly texts: readonly PlacedText[]
  /** What connected servers list now: digests by connection and the upstream's name of the tool. */
  readonly listed: ListedDigests
}

export type ListedDigests = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface CheckedTool {
  readonly tool: ToolDefinition
  readonly origin: ToolOrigin
  readonly nodes: readonly SchemaNode[]
}

/**
 * Who can mend it: `own` is hand-written (http or code), `imported` comes from a description, `connected` from another
 * server. What only the maker of an API can change is asked of hand-written tools alone.
 */
export type ToolOrigin = 'own' | 'imported' | 'connected'

export function readServer(definition: ServerDefinition, listed: ListedDigests = {}): CheckedServer {
  return {
    definition,
    listed,
    texts: textsOf(definition),
    tools: definition.tools.map((tool) => ({ tool, origin: originOf(tool), nodes: readSchema(tool.inputSchema) })),
  }
}

export function originOf({ handler }: ToolDefinition): ToolOrigin {
  if (handler.kind === 'external') return 'connected'
  return handler.kind === 'operation' && handler.source !== undefined ? 'imported' : 'own'
}

/** How to change a tool, in words. */
export function howToMend({ tool: { name, handler }, origin }: CheckedTool): string {
  if (origin === 'imported') return 'with import_openapi, refresh: true and an overlay'
  if (handler.kind === 'external') return `at the connected server, or leave it out with remove_item (tool "${name}")`
  return 'with add_tool and replace: true'
}
