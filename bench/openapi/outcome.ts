/** What became of one description; plain data, it crosses between processes. */
export type Outcome = Listed | Refused | Failed

export interface Listed {
  readonly kind: 'listed'
  readonly file: string
  readonly ms: number
  readonly tools: number
  /** Operations that the description holds, counted apart from the importer. */
  readonly operations: number
  /** Operations that were left out with their place and reason. */
  readonly skipped: readonly string[]
  /** Operations that are neither a tool nor named as left out. */
  readonly missing: readonly string[]
  readonly problems: readonly string[]
  /** Bytes of all input schemas as JSON. */
  readonly schemaBytes: number
  /** Bytes of the tool list as JSON: names, descriptions, input schemas. */
  readonly listBytes: number
}

/** With a reason made for people. */
export interface Refused {
  readonly kind: 'refused'
  readonly file: string
  readonly reason: string
}

/** A bug, a time-out or no memory left. */
export interface Failed {
  readonly kind: 'failed'
  readonly file: string
  readonly reason: string
}
