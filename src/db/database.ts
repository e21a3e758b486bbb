import type { Db } from './db.ts'

/**
 * Single statements outside of tenants and transactions. It exists for pg-boss, which brings its own SQL and
 * transactions; everything else goes through `Db`.
 */
export interface Statements {
  /** Without values the text may hold several statements; the rows of all of them come back in order. */
  executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/** An opened database: the port for all rooms, and the narrow door of the queue. */
export interface Database extends Db {
  readonly statements: Statements
}
