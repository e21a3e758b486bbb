import type { TenantId } from '../model/ids.ts'
import { listBackupTables, type BackupTable } from './backup-tables.ts'
import { SCHEMA } from './begin.ts'
import type { Sql } from './db.ts'
import { readMigrations } from './migrations.ts'

/** The first line of a backup. */
export interface BackupHead {
  readonly format: 'mcpwright-backup'
  readonly version: 1
  /** Of the database's schema. */
  readonly schema: number
  readonly mcpwright: string
  readonly at: string
  /** Of these rows. */
  readonly tenant: TenantId
}

/** The last line of a backup: without it, the rest of it is missing. */
export interface BackupEnd {
  readonly rows: Readonly<Record<string, number>>
}

const ROWS_AT_ONCE = 100

/**
 * All rows of a tenant as lines: a `BackupHead`, then `table<tab>row as JSON`, then a `BackupEnd`. Secrets stay as they
 * are stored, encrypted; the key is not in it. Jobs are not in it either: what is deployed is brought up again.
 * @param sql  of a transaction that has done nothing yet, and does nothing else
 */
export async function* writeBackup(
  sql: Sql,
  tenant: TenantId,
  { mcpwright, at }: { readonly mcpwright: string; readonly at: Date },
): AsyncGenerator<string> {
  // What others write meanwhile is not in it, nor half of it.
  await sql.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
  const schema = readMigrations().length
  const head: BackupHead = { format: 'mcpwright-backup', version: 1, schema, mcpwright, at: at.toISOString(), tenant }
  yield `${JSON.stringify(head)}\n`
  const rows: Record<string, number> = {}
  for (const table of await listBackupTables(sql)) {
    rows[table.name] = 0
    for await (const row of rowsOf(sql, table, tenant)) {
      rows[table.name] = (rows[table.name] ?? 0) + 1
      yield `${table.name}\t${row}\n`
    }
  }
  yield `${JSON.stringify({ rows } satisfies BackupEnd)}\n`
}

async function* rowsOf(sql: Sql, { name, columns }: BackupTable, tenant: TenantId): AsyncGenerator<string> {
  await sql.query(
    `DECLARE backup_rows NO SCROLL CURSOR FOR
     SELECT row_to_json(picked)::text AS row
     FROM (SELECT ${columns.map(quoted).join(', ')} FROM ${SCHEMA}.${quoted(name)} WHERE tenant_id = $1) AS picked`,
    [tenant],
  )
  for (;;) {
    const page = await sql.query<{ row: string }>(`FETCH ${ROWS_AT_ONCE} FROM backup_rows`)
    // Between the values of JSON a line break is only a blank; inside of texts it is written as \n.
    for (const { row } of page) yield row.replaceAll('\n', ' ')
    if (page.length < ROWS_AT_ONCE) break
  }
  await sql.query('CLOSE backup_rows')
}

/** Names of tables and columns come from the database itself. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
