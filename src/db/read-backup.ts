import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { MetaError } from '../errors/meta-error.ts'
import { listBackupTables, type BackupTable } from './backup-tables.ts'
import { SCHEMA } from './begin.ts'
import type { Sql } from './db.ts'
import { type BackupEnd, type BackupHead, quoted } from './write-backup.ts'

const ROWS_AT_ONCE = 100

/**
 * What a backup says of itself.
 * @throws MetaError ARGUMENTS_INVALID when the file is no backup, or of a later kind
 */
export async function readBackupHead(file: string): Promise<BackupHead> {
  for await (const line of linesOf(file)) {
    const head = parse<BackupHead>(line)
    // The format and its version promise the rest.
    if (head?.format === 'mcpwright-backup' && head.version === 1) return head as BackupHead
    break
  }
  throw new MetaError(
    'ARGUMENTS_INVALID',
    `"${file}" is no backup of mcpwright.`,
    'Give a file that mcpwright backup wrote.',
  )
}

/**
 * Stores the rows of a backup in a database without servers, whose schema is the backup's.
 * @returns how many rows each table got
 * @throws MetaError ARGUMENTS_INVALID when the file ends before its end; nothing is stored then
 */
export async function restoreRows(sql: Sql, file: string): Promise<Readonly<Record<string, number>>> {
  const tables = new Map((await listBackupTables(sql)).map((table) => [table.name, table]))
  const stored: Record<string, number> = {}
  let waiting: { name: string; rows: string[] } | undefined
  let end: Partial<BackupEnd> | undefined

  async function flush(): Promise<void> {
    const table = waiting && tables.get(waiting.name)
    if (waiting && !table) throw damaged(file, `it has a table "${waiting.name}"`)
    if (waiting && table) await insertRows(sql, table, waiting.rows)
    waiting = undefined
  }

  for await (const line of linesOf(file)) {
    const tab = line.indexOf('\t')
    if (line.startsWith('{')) {
      end = parse<BackupEnd>(line)
      continue
    }
    const name = line.slice(0, tab)
    if (waiting && (waiting.name !== name || waiting.rows.length >= ROWS_AT_ONCE)) await flush()
    waiting ??= { name, rows: [] }
    waiting.rows.push(line.slice(tab + 1))
    stored[name] = (stored[name] ?? 0) + 1
  }
  await flush()
  const missing = Object.entries(end?.rows ?? {}).filter(([name, count]) => (stored[name] ?? 0) !== count)
  if (!end?.rows || missing.length > 0) throw damaged(file, 'its end is missing')
  await restoreNumbers(sql, tables)
  return stored
}

/** The tenant itself is there already in a new database. */
async function insertRows(sql: Sql, { name, columns }: BackupTable, rows: readonly string[]): Promise<void> {
  const list = columns.map(quoted).join(', ')
  await sql.query(
    `INSERT INTO ${SCHEMA}.${quoted(name)} (${list}) OVERRIDING SYSTEM VALUE
     SELECT ${list} FROM json_populate_recordset(NULL::${SCHEMA}.${quoted(name)}, $1::json)
     ${name === 'tenants' ? 'ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, created_at = excluded.created_at' : ''}`,
    [`[${rows.join(',')}]`],
  )
}

/** Numbers that the database gives out go on after the highest that was stored. */
async function restoreNumbers(sql: Sql, tables: ReadonlyMap<string, BackupTable>): Promise<void> {
  const numbered = await sql.query<{ table: string; column: string }>(
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
     WHERE table_schema = $1 AND is_identity = 'YES'`,
    [SCHEMA],
  )
  for (const { table, column } of numbered.filter((each) => tables.has(each.table))) {
    const name = `${SCHEMA}.${quoted(table)}`
    await sql.query(`SELECT setval(pg_get_serial_sequence($1, $2), greatest(max(${quoted(column)}), 1)) FROM ${name}`, [
      name,
      column,
    ])
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file)
  const text = bytes.pipe(createGunzip())
  bytes.on('error', (error) => text.destroy(error))
  try {
    yield* createInterface({ input: text, crlfDelay: Infinity })
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error))
  } finally {
    bytes.destroy()
  }
}

function damaged(file: string, what: string): MetaError {
  return new MetaError('ARGUMENTS_INVALID', `"${file}" cannot be restored: ${what}.`, 'Take another backup.')
}

/** Undefined for what is no JSON; what it is, the caller looks at. */
function parse<Value>(line: string): Partial<Value> | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
