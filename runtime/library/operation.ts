import type { Credential, HttpCall } from './http-call.ts'
import type { JsonSchema } from './json-schema.ts'

/** What calling a tool does to the world; from it follow the MCP annotations. */
export type Effect = 'read' | 'write' | 'delete'

/** One imported or declared operation, as it stands in `operations.json`. Data, never code. */
export interface Operation {
  /** `^[a-z][a-z0-9_]{2,62}$`, unique in its server. */
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly effect: Effect
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly call: HttpCall
  /** The group it belongs to, from the description's tags. */
  readonly group?: string
}

/** The content of `operations.json`. */
export interface OperationsFile {
  /** Where editors find what it may hold. */
  readonly $schema?: string
  readonly credentials: readonly Credential[]
  readonly operations: readonly Operation[]
}
