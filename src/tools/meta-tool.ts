import type { NextCall } from '../errors/meta-error.ts'
import type { JobId } from '../model/ids.ts'
import type { Principal, Scope } from '../model/principal.ts'
import type { JsonSchema } from '../model/tool-definition.ts'
import type { Services } from '../pipeline/services.ts'
import type { Gives } from './answer-schema.ts'

/** A verb as data: MCP, HTTP and the command line read the same list. */
export interface MetaTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: JsonSchema
  /** Absent where the result is another tool's own. */
  readonly outputSchema?: JsonSchema
  readonly scope: Scope
  readonly annotations: ToolAnnotations
  /** @throws MetaError for what the caller can mend */
  run(input: never, call: MetaCall): Promise<MetaAnswer>
}

export interface ToolAnnotations {
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean
}

/** What one call brings along. */
export interface MetaCall {
  readonly services: Services
  readonly principal: Principal
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Aborts when the client cancelled the call; one that merely went away has not. */
  readonly cancelled: AbortSignal
  /** Tells the person how far long work is: `done` of `total` steps, where they are known. */
  readonly progress: (message: string, done?: number, total?: number) => void
  /** The client takes a task in the place of an answer. */
  readonly takesTasks: boolean
  /**
   * Folders that the client's person has opened to servers. It may end the call, which then begins anew: ask before
   * anything is changed.
   */
  readonly roots: () => readonly string[]
  /**
   * Has the client show a page to its person; `unable` where it shows none. It may end the call like `roots`, so what
   * comes before it must be safe to repeat.
   */
  readonly showPage: (url: string, message: string) => 'opened' | 'declined' | 'unable'
  /**
   * Returns when the person need not be asked, or has agreed to this very call. It may end the call like `roots`: ask
   * when the arguments are found right, and before anything is changed.
   * @throws MetaError CONFIRMATION_NEEDED, CONFIRMATION_DECLINED
   */
  readonly confirm: (question: string, does: 'destroys' | 'changes') => Promise<void>
}

export type Members = Readonly<Record<string, unknown>>

/** @typeParam Structured  what its tool's output schema names */
export interface MetaAnswer<Structured = Members> {
  /** One short text for people. */
  readonly text: string
  readonly structured: Structured & Members
  /** Members of `structured` that the text says whole. */
  readonly told?: readonly string[]
  /** At most two calls that make sense now. */
  readonly next?: readonly NextCall[]
  /** The job that goes on: who takes tasks is given one in the place of this answer. */
  readonly job?: JobId
  /** A called tool's own result is passed through as it is. */
  readonly passThrough?: Members
}

/** Of a tool whose answers a function of their own puts together. */
export type AnswerOf<Schema> = Schema extends Gives<infer Structured> ? MetaAnswer<Structured> : never

/** Gives a tool its type: `run` gets an input of the shape that its schema describes, and gives what the other names. */
export function defineTool<Input, Answer extends Members = Members>(
  tool: Omit<MetaTool, 'run' | 'outputSchema'> & {
    readonly outputSchema?: Gives<Answer>
    run(input: Input, call: MetaCall): Promise<MetaAnswer<NoInfer<Answer>>>
  },
): MetaTool {
  // Arguments are checked against `inputSchema` before `run` is called: see call-meta-tool.ts.
  return tool
}

/** The usual annotations by effect. */
export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
}
export const WRITES: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
}
export const DELETES: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
}

/** An object schema without further properties. */
export function objectSchema(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false }
}

/** Of tools that may ask; what it holds is read in src/mcp, and `run` never sees it. */
export const confirmArgument: JsonSchema = { type: 'string' }
export const serverArgument: JsonSchema = { type: 'string', maxLength: 40 }
