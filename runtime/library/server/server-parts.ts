import type { CallContext } from '../call-context.ts'
import type { ExternalParts, ExternalTool } from '../external/external-parts.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { Effect, OperationsFile } from '../operation.ts'
import type { Protocols } from '../protocol.ts'
import type { Change, KeyValueStore, LogLevel, ToolContext } from '../tool-context.ts'
import type { ContentBlock, ToolResult } from '../tool-result.ts'
import type { ClientSide, CodeItem } from '../wire.ts'

/** Everything a server consists of, as data. */
export interface ServerParts {
  readonly name: string
  readonly version: string
  readonly description: string
  /** `search` shows four tools that find and call the others. */
  readonly exposure: 'tools' | 'search'
  readonly operations: OperationsFile
  /** What its operations speak besides plain HTTP; absent where they do not. */
  readonly protocols?: Protocols
  readonly tools: readonly CodeTool[]
  /** Absent where no other server is connected. */
  readonly external?: ExternalParts
  readonly resources: readonly ResourcePart[]
  readonly prompts: readonly PromptPart[]
  /** Hosts that it may reach, as `host` or `host:port`: what enforces it depends on where it runs. */
  readonly hosts?: readonly string[]
}

/** A hand-written tool without its code. */
export interface CodeTool {
  readonly name: string
  readonly description: string
  readonly effect: Effect
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  /** It may go on after its call, where the client takes tasks; `required`: it is refused to others. */
  readonly task?: 'optional' | 'required'
}

export interface ResourcePart {
  readonly name: string
  /** A URI, or a URI template (RFC 6570). */
  readonly uri: string
  readonly description?: string
  readonly mimeType?: string
  readonly content: { readonly text: string } | { readonly base64: string } | 'code'
}

export interface PromptPart {
  readonly name: string
  readonly description: string
  readonly arguments: readonly PromptPartArgument[]
  /** Texts may hold `{{argument}}`; or code makes them. */
  readonly messages: readonly PromptPartMessage[] | 'code'
}

/** Text, or any content block. */
export type PromptPartMessage =
  | { readonly role: 'user' | 'assistant'; readonly text: string }
  | { readonly role: 'user' | 'assistant'; readonly content: ContentBlock }

export interface PromptPartArgument {
  readonly name: string
  readonly description?: string
  readonly required: boolean
  /** Offered as completions. */
  readonly values?: readonly string[]
}

/** Where a server runs: Node alone, a Worker, or the local broker. */
export interface ServerHost {
  readonly fetch: typeof fetch
  /** Absent where no client certificate can be shown. */
  readonly certificateFetch?: CallContext['certificateFetch']
  readonly env: Readonly<Record<string, string | undefined>>
  /** Keeps a refresh token that a token server has replaced; absent where nothing can be kept. */
  readonly saveCredential?: CallContext['saveCredential']
  readonly sharedTokens?: CallContext['sharedTokens']
  readonly store: KeyValueStore
  /**
   * Runs hand-written code, here or in a sandbox.
   * @throws InputNeeded when it asked for input that the client has not given yet
   */
  runCode(item: CodeItem, input: unknown, context: ToolContext, client: ClientSide): Promise<unknown>
  /**
   * Calls a tool of a connected server; absent where there is none.
   * @throws InputNeeded when that server asked for input that the client has not given yet
   */
  readonly callExternal?: CallExternal
  schedule(tool: string, input: unknown, delayMs: number): Promise<void>
  sign(secretName: string, data: string): Promise<string>
  /** Tells clients whose requests are served elsewhere, beside those of this connection; absent where there are none. */
  publish?(change: Change): void
  /** At least 32 bytes that seal what travels through clients between the rounds of a call; the same in each process that serves them. */
  readonly stateKey: string
  log(level: LogLevel, message: string, details?: unknown): void
}

export type CallExternal = (
  tool: ExternalTool,
  input: Readonly<Record<string, unknown>>,
  context: Pick<ToolContext, 'signal' | 'progress'>,
  client: ClientSide,
) => Promise<ToolResult>
