import type { HttpCall } from '../../runtime/library/http-call.ts'
import type { JsonSchema } from '../../runtime/library/json-schema.ts'
import type { Effect } from '../../runtime/library/operation.ts'

export type { JsonSchema } from '../../runtime/library/json-schema.ts'
export type { Effect } from '../../runtime/library/operation.ts'

/** A tool of a server, whatever it came from. */
export interface ToolDefinition {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly effect: Effect
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly group?: string
  readonly handler: ToolHandler
}

export type ToolHandler =
  | { readonly kind: 'operation'; readonly call: HttpCall; readonly source?: SourceLocation }
  /** TypeScript: a module with a default export, or a function body. `hosts` are those it may reach. */
  | {
      readonly kind: 'code'
      readonly source: string
      readonly hosts: readonly string[]
      /** It may go on after its call; `required`: only for clients that take tasks. */
      readonly task?: 'optional' | 'required'
    }
  /** A tool of a connected server, by its name there. It runs only while its definition there has this digest. */
  | { readonly kind: 'external'; readonly connection: string; readonly tool: string; readonly digest: string }

export type ExternalHandler = Extract<ToolHandler, { kind: 'external' }>

/** Where in the description something stands, so that later errors can point back. */
export interface SourceLocation {
  /** JSON pointer (RFC 6901): `/paths/~1users/get`. */
  readonly pointer: string
}

/** Something of a description that was left out, and why. */
export interface SkippedPart {
  readonly pointer: string
  readonly reason: string
}
