import type { JsonSchema } from './tool-definition.ts'

export const CONNECTION_TRANSPORTS = ['auto', 'streamable-http', 'sse'] as const
export type ConnectionTransport = (typeof CONNECTION_TRANSPORTS)[number]

/** Another MCP server, whose tools a server of ours offers. */
export interface Connection {
  /** `^[a-z][a-z0-9_]{1,20}$`: unique in its server, and what the names of its tools begin with. */
  readonly name: string
  /** Absolute, without user name, password or fragment. */
  readonly url: string
  readonly transport: ConnectionTransport
  /** The upstream's names of the tools that are wanted, `*` standing for any characters; absent: all. */
  readonly tools?: readonly string[]
  /** The secret that is sent as a bearer token, to the connection's host only; absent until the server wants one. */
  readonly token?: string
}

/** A tool as a connected server lists it: what a pin is made over. MCP 2026-07-28, schema Tool. */
export interface OfferedTool {
  readonly name: string
  readonly description?: string
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly annotations?: Readonly<Record<string, unknown>>
}

/** A listed tool with its digest (runtime/library/external/tool-digest.ts). */
export interface PinnedTool {
  readonly digest: string
  readonly definition: OfferedTool
}

/** What is known of one tool of a connected server. */
export interface ConnectionTool {
  readonly tool: string
  /** What a person has allowed; absent: it is not offered by our server. */
  readonly pinned?: PinnedTool
  /** As it was last listed; absent: it is gone. */
  readonly latest?: PinnedTool
}

/** `host` or `host:port`: the one place that a connection sends to. */
export function hostOf({ url }: Pick<Connection, 'url'>): string {
  return new URL(url).host
}

/** Whether a tool is among those that are wanted. */
export function isWanted({ tools }: Pick<Connection, 'tools'>, name: string): boolean {
  return tools === undefined || tools.some((pattern) => fits(pattern, name))
}

/** A star for any characters, without a regular expression: patterns come from outside. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (!name.startsWith(first)) return false
  const last = rest.pop()
  if (last === undefined) return name === first
  let at = first.length
  for (const part of rest) {
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return name.length - at >= last.length && name.endsWith(last)
}
