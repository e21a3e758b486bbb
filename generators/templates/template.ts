import type { Credential } from '../../runtime/library/http-call.ts'
import type { NextCall } from '../../src/errors/meta-error.ts'
import type { SavedTest } from '../../src/model/saved-test.ts'
import type { PromptDefinition, ResourceDefinition } from '../../src/model/server-definition.ts'
import type { ToolDefinition } from '../../src/model/tool-definition.ts'

/** A working server to begin with. */
export interface Template {
  readonly name: string
  /** What a server of it does, in one sentence. */
  readonly summary: string
  /** The same server always gives the same parts. */
  build(asked: AskedServer): TemplateParts
}

/** What a template may make its parts from. */
export interface AskedServer {
  readonly name: string
  readonly description: string
  /** Base addresses that the description names, in their order, without a slash at the end. */
  readonly addresses: readonly string[]
  /** The texts below the template's folder `code`, by their path there: `tools/list-tasks.ts`. */
  readonly sources: Readonly<Record<string, string>>
}

/** What a new server of the template has. */
export interface TemplateParts {
  readonly tools: readonly ToolDefinition[]
  readonly resources: readonly ResourceDefinition[]
  readonly prompts: readonly PromptDefinition[]
  readonly credentials: readonly Credential[]
  /** Source texts by file name, imported as `../shared/NAME.ts`. */
  readonly shared: Readonly<Record<string, string>>
  readonly tests: readonly SavedTest[]
  /** What to do first, in a sentence or two. */
  readonly first: string
  /** At most two calls. */
  readonly next: readonly NextCall[]
}
