import { SCHEMA } from './begin.ts'
import type { Sql } from './db.ts'

/** A table that a backup holds. */
export interface BackupTable {
  readonly name: string
  /** Those that are stored: what is computed from others is left out. */
  readonly columns: readonly string[]
}

/**
 * Every table with rows of tenants, each after those that its rows refer to. Read from the database itself: a table of
 * a later migration is in the next backup.
 */
export async function listBackupTables(sql: Sql): Promise<readonly BackupTable[]> {
  const columns = await sql.query<{ table: string; column: string }>(
    `SELECT columns.table_name AS table, columns.column_name AS column FROM information_schema.columns
     JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = $1 AND table_type = 'BASE TABLE' AND table_name <> 'migrations' AND is_generated = 'NEVER'
     ORDER BY table_name, ordinal_position`,
    [SCHEMA],
  )
  const references = await sql.query<{ from: string; to: string }>(
    `SELECT DISTINCT source.relname AS from, target.relname AS to FROM pg_constraint
     JOIN pg_class source ON source.oid = conrelid JOIN pg_class target ON target.oid = confrelid
     JOIN pg_namespace ON pg_namespace.oid = source.relnamespace
     WHERE contype = 'f' AND nspname = $1 AND conrelid <> confrelid`,
    [SCHEMA],
  )
  const byTable = Map.groupBy(columns, ({ table }) => table)
  const names = inOrder([...byTable.keys()], references)
  return names.map((name) => ({ name, columns: (byTable.get(name) ?? []).map(({ column }) => column) }))
}

/** @throws Error when tables refer to each other in a circle */
function inOrder(names: readonly string[], references: readonly { from: string; to: string }[]): readonly string[] {
  const ordered = new Set<string>()
  while (ordered.size < names.length) {
    const ready = names.filter(
      (name) => !ordered.has(name) && references.every(({ from, to }) => from !== name || ordered.has(to)),
    )
    if (ready.length === 0) throw new Error(`Tables refer to each other in a circle: ${names.join(', ')}.`)
    for (const name of ready) ordered.add(name)
  }
  return [...ordered]
}
