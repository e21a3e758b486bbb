import type { Effect, JsonSchema } from '../../src/model/tool-definition.ts'

/** A tool that is declared by the request it makes. */
export interface HttpTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly effect: Effect
  readonly http: HttpTemplate
}

/** A request with `{argument}` placeholders. A value that is one placeholder takes the argument with its type. */
export interface HttpTemplate {
  readonly method: string
  /** Absolute; placeholders may stand in path and query: `https://api.example.com/users/{id}`. */
  readonly url: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /**
   * Name of the credential. It is sent as a bearer token, unless a header or query value holds `{NAME}`:
   * `Bearer {NAME}`, `Basic {NAME}` (the value is `user:password`), `{NAME}`, or any text around it.
   */
  readonly secret?: string
  /** JSON pointer of the part of the answer that is returned. */
  readonly pick?: string
}

/** A template's texts, the query of the URL included, before they are told apart. */
export interface TemplateTexts {
  readonly origin: string
  readonly host: string
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly headers: readonly (readonly [string, string])[]
}

/** The names that placeholders may have. */
export function propertyNames({ properties }: JsonSchema): ReadonlySet<string> {
  return new Set(typeof properties === 'object' && properties !== null ? Object.keys(properties) : [])
}
