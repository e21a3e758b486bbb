import type { SampledAnswer } from '../../../generators/importers/openapi/sample-answer.ts'
import type { CheckOptions } from '../../checks/check-definition.ts'
import type { PlatformModules } from '../../../runtime/targets/cloudflare/target-options.ts'
import type { Protocol } from '../../../runtime/library/protocol.ts'
import type { ImportedApi, ImportOptions, SourceKind } from '../../model/api-importer.ts'
import type { Finding } from '../../model/finding.ts'
import type { ServerDefinition } from '../../model/server-definition.ts'
import type { JsonSchema } from '../../model/tool-definition.ts'
import type { ProjectFiles } from '../../model/project-files.ts'
import type { BundledMcpb } from './bundle-mcpb.ts'
import type { EmittedFiles } from './emit-files.ts'
import type { MadeProject } from './make-project.ts'

/** What the worker process is asked to do, and what each task gives. Everything crosses by structured clone. */
export interface WorkshopTasks {
  readonly 'import-api': {
    readonly input: { readonly text: string; readonly kind?: SourceKind } & Pick<
      ImportOptions,
      'origin' | 'overlay' | 'baseUrl'
    >
    readonly output: ImportedApi
  }
  readonly 'make-project': {
    readonly input: { readonly definition: ServerDefinition; readonly knownDigests: readonly string[] }
    readonly output: MadeProject
  }
  /** Generates a project, without what was changed by hand. */
  readonly 'emit-files': {
    readonly input: { readonly definition: ServerDefinition }
    readonly output: EmittedFiles
  }
  /** What is wrong with the types of a project with its changes; throws IMPORT_NOT_ALLOWED. */
  readonly 'check-files': {
    readonly input: { readonly definition: ServerDefinition }
    readonly output: readonly string[]
  }
  /** Bundles a definition's code without checking its types, to run it once. */
  readonly 'bundle-code': {
    readonly input: { readonly definition: ServerDefinition; readonly checkTypes: boolean }
    readonly output: { readonly bundle: string }
  }
  /** The .mcpb of a build. */
  readonly 'bundle-mcpb': { readonly input: { readonly files: ProjectFiles }; readonly output: BundledMcpb }
  /** The modules of a build for Cloudflare Workers, by name; `worker.mjs` is the entry. */
  readonly 'bundle-worker': { readonly input: { readonly files: ProjectFiles }; readonly output: ProjectFiles }
  /** The Workers around a dispatch namespace. */
  readonly 'bundle-platform': { readonly input: undefined; readonly output: PlatformModules }
  /** Runs the rules of src/checks. */
  readonly 'check-definition': {
    readonly input: { readonly definition: ServerDefinition } & CheckOptions
    readonly output: readonly Finding[]
  }
  /** What is wrong with a value by a schema, one sentence each. */
  readonly 'check-value': {
    readonly input: { readonly schema: JsonSchema; readonly value: unknown }
    readonly output: readonly string[]
  }
  /** Throws SCHEMA_INVALID for the first, by its name, that no validator takes. */
  readonly 'check-schemas': {
    readonly input: { readonly schemas: Readonly<Record<string, JsonSchema>> }
    readonly output: void
  }
  /** An answer that an operation could give: of a description by the operation's place, of an output schema, or in a protocol's own form. */
  readonly 'sample-answer': {
    readonly input:
      | { readonly text: string; readonly pointer: string; readonly overlay?: string }
      | { readonly schema: JsonSchema }
      | { readonly protocol: Protocol }
    readonly output: SampledAnswer | undefined
  }
}

export type TaskName = keyof WorkshopTasks

export type ToWorker =
  | { readonly kind: 'task'; readonly id: number; readonly name: TaskName; readonly input: unknown }
  | { readonly kind: 'reference'; readonly id: number; readonly text: string }
  | { readonly kind: 'reference-failed'; readonly id: number; readonly message: string }

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: TaskError }
  /** What the task does now, for people. */
  | { readonly kind: 'step'; readonly id: number; readonly step: string }
  /** The importer wants another document of the description. */
  | { readonly kind: 'load-reference'; readonly id: number; readonly task: number; readonly url: string }

/** A MetaError keeps its code and fix; anything else is a bug and has none. */
export interface TaskError {
  readonly code?: string
  readonly message: string
  readonly fix?: string
  readonly stack?: string
}
