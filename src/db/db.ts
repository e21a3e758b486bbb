import type { TenantId } from '../model/ids.ts'

export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array | readonly string[] | object

/** Runs SQL with `$1` parameters inside one transaction. */
export interface Sql {
  query<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<Row[]>
}

export interface TransactionOptions {
  /** It writes what no shared read gives (share-read.ts), such as the audit trail: what was read before stays true. */
  readonly isJournal?: boolean
}

/**
 * The one way to the database. PGlite and PostgreSQL stand behind it, and one contract suite runs on both.
 * Rows come back with column names as they are in SQL; timestamps are Dates, json is parsed, bytea is Uint8Array,
 * bigint columns are numbers.
 */
export interface Db {
  readonly kind: 'pglite' | 'postgres'
  /**
   * Runs `work` in one transaction as this tenant: row-level security shows and accepts its rows only.
   * A throw rolls back. Nested use throws instead of waiting for itself.
   */
  as<Result>(tenantId: TenantId, work: (sql: Sql) => Promise<Result>, options?: TransactionOptions): Promise<Result>
  /** The same without a tenant: migrations, start-up, leases over all tenants. */
  asSystem<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>
  /**
   * Grows before anything that is written can be seen, journals apart, and at nothing else. Absent where others write
   * too.
   */
  readonly writes?: () => number
  /** @returns a function that stops listening */
  listen(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>
  notify(channel: string, payload: string): Promise<void>
  /** Rejects with DATABASE_UNAVAILABLE when it does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}
