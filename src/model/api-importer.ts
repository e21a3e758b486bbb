import type { Credential } from '../../runtime/library/http-call.ts'
import type { Operation } from '../../runtime/library/operation.ts'
import type { Finding } from './finding.ts'
import type { SkippedPart, SourceLocation } from './tool-definition.ts'

/** The languages that API descriptions are written in. */
export type SourceKind = 'openapi' | 'graphql' | 'soap' | 'grpc'

/** One operation of a description, in the form every importer gives. */
export interface ApiOperation extends Operation {
  readonly source: SourceLocation
  /** `GET /repos/{owner}/{repo}`, for previews and selection. */
  readonly label: string
  /** All tags, the first is the group. */
  readonly tags: readonly string[]
}

export interface ImportedApi {
  readonly kind: SourceKind
  readonly title: string
  readonly description: string
  readonly version: string
  readonly operations: readonly ApiOperation[]
  /** Hosts that its operations reach, as `host` or `host:port`. */
  readonly hosts: readonly string[]
  readonly credentials: readonly Credential[]
  readonly skipped: readonly SkippedPart[]
  /** Where the description departs from its specification without harm to the import. */
  readonly warnings: readonly string[]
  /** What the checks say of its operations as tools; absent where nobody asked. */
  readonly findings?: readonly Finding[]
}

export interface ImportOptions {
  /** Where the text was read: relative server URLs and references are resolved against it. */
  readonly origin?: string
  /** An OpenAPI Overlay that is applied before anything is read. */
  readonly overlay?: string
  /** Replaces the servers that the description names. */
  readonly baseUrl?: string
  /** Reads another document of the same description; the only way out that an importer has. */
  loadReference?(url: string): Promise<string>
}

/** Reads one kind of API description. It has no network of its own, and one bad operation never ends the import. */
export interface ApiImporter {
  readonly kind: SourceKind
  recognizes(text: string): boolean
  /** @throws MetaError DESCRIPTION_INVALID when the text is no such description */
  read(text: string, options: ImportOptions): Promise<ImportedApi>
}
