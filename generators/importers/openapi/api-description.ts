import type { ImportOptions, ImportedApi } from '../../../src/model/api-importer.ts'
import type { JsonRecord } from './json-value.ts'
import type { OperationNames } from './operation-names.ts'
import type { Dialect } from './recognize-document.ts'
import type { References } from './references.ts'
import type { SecuritySchemes } from './security-schemes.ts'
import type { SharedSchemas } from './shared-schemas.ts'
import type { ToolHintReader } from './tool-hints.ts'

/** One description while it is read: what every part of the reader needs. */
export interface ApiDescription {
  readonly document: JsonRecord
  readonly dialect: Dialect
  readonly options: ImportOptions
  readonly references: References
  readonly names: OperationNames
  readonly inputs: SharedSchemas
  readonly outputs: SharedSchemas
  readonly security: SecuritySchemes
  readonly hints: ToolHintReader
  /** Tells that something was left out. */
  skip(part: ImportedApi['skipped'][number]): void
}

/** An operation in the words of OpenAPI 3, whatever version it was written in. */
export interface OperationView {
  readonly path: string
  /** Upper case. */
  readonly method: string
  /** Tokens of its JSON pointer in the description. */
  readonly pointer: readonly (string | number)[]
  readonly operation: JsonRecord
  readonly pathItem: JsonRecord
  /** The document that path item and operation stand in; `references.ts` says how documents are named. */
  readonly document: string
  /** Those of the path, then those of the operation that do not replace them. */
  readonly parameters: readonly ParameterView[]
  readonly requestBody?: { readonly value: JsonRecord; readonly document: string }
  readonly responses: JsonRecord
}

export interface ParameterView {
  readonly value: JsonRecord
  readonly document: string
  /** Below the operation, or the path item. */
  readonly below: readonly (string | number)[]
}
