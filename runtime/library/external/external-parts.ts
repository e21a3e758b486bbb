import type { JsonSchema } from '../json-schema.ts'
import type { Effect } from '../operation.ts'

/** The connected servers of a server, and what it offers of theirs. */
export interface ExternalParts {
  readonly connections: readonly ExternalConnection[]
  readonly tools: readonly ExternalTool[]
}

export interface ExternalConnection {
  readonly name: string
  readonly url: string
  readonly transport: 'auto' | 'streamable-http' | 'sse'
  /** The setting that holds its bearer token. */
  readonly token?: string
}

/** A tool that another MCP server runs. */
export interface ExternalTool {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly effect: Effect
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  /** The name of its connection. */
  readonly connection: string
  /** Its name there. */
  readonly tool: string
  /** Of its definition there, as it was allowed: another one is not called (tool-digest.ts). */
  readonly digest: string
}
