import type { SqlErrorFields } from './sql-error.ts'

/** What crosses between the daemon's thread and the one that PGlite lives in. */
export type PgliteCommand =
  /** Comes first, and once. */
  | ({ readonly op: 'open' } & PgliteOpenOptions)
  /** One statement with parameters. */
  | ({ readonly op: 'query'; readonly text: string; readonly values: readonly unknown[] } & PgliteBegin)
  /** One or several statements without parameters. */
  | ({ readonly op: 'exec'; readonly text: string } & PgliteBegin)
  | { readonly op: 'listen' | 'unlisten'; readonly channel: string }
  /** The whole directory as tar.gz. */
  | { readonly op: 'dump' }
  | { readonly op: 'close' }

/** Begins a transaction on the way to its first statement: a message of its own would take as long as that. */
interface PgliteBegin {
  readonly begin?: string
}

export type PgliteRequest = PgliteCommand & { readonly id: number }

/** What one statement gave; `command` is its tag: SELECT, COMMIT … */
export interface StatementResult {
  readonly rows: Record<string, unknown>[]
  readonly command: string | undefined
}

export type PgliteReply =
  | { readonly kind: 'results'; readonly id: number; readonly results: readonly StatementResult[] }
  | { readonly kind: 'bytes'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string; readonly fields: SqlErrorFields }
  | { readonly kind: 'crashed'; readonly id: number; readonly message: string }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }

/** What the thread opens. */
export interface PgliteOpenOptions {
  readonly directory: string
  /** A tar.gz of a directory; only for a directory that does not exist yet. */
  readonly template?: string
}
