import type { BuildId, ServerId } from './ids.ts'
import type { ProjectFiles } from './project-files.ts'

/** One immutable version of a server. */
export interface Build {
  readonly id: BuildId
  readonly serverId: ServerId
  /** 1, 2, 3 … within the server. */
  readonly version: number
  /** Of `files`. */
  readonly digest: string
  /** The revision of the definition it was made from. */
  readonly revision: number
  readonly checks: readonly CheckReport[]
  readonly createdAt: Date
  /** When it was last put up; null where it never was. */
  readonly ranAt: Date | null
  /** Digest of the runtime library and packages that it was made with; null for builds from before it was noted. */
  readonly library: string | null
}

/** A build with what was made: the project, and its bundles (`dist/stdio.mjs`, `dist/tools.js`, …). */
export interface BuildWithFiles extends Build {
  readonly files: ProjectFiles
  readonly artefacts: ProjectFiles
}

export interface CheckReport {
  readonly name: 'types' | 'bundle' | 'tests' | 'start'
  readonly ok: boolean
  readonly ms: number
  /** Absent when all is well. */
  readonly problems?: readonly string[]
  /** Saved tests that were repeated. */
  readonly passed?: number
}
