import { MetaError } from '../errors/meta-error.ts'
import { SCHEMA } from './begin.ts'
import type { Db, Sql } from './db.ts'
import { migrationsFolder, readMigrations, type Migration } from './migrations.ts'
import { SqlError } from './sql-error.ts'

// Any constant: it only has to be ours. Held until the end of each migration's transaction.
const ADVISORY_LOCK = 7_236_001

export interface MigrateOptions {
  readonly folder?: string | undefined
  /** Called once when there is data whose schema is about to change, with the version that it has. */
  readonly beforeUpgrade?: (schema: number) => Promise<void>
}

/**
 * Brings the schema up to date, forward only, each migration in a transaction of its own. Several processes may
 * do so at once: one works, the others wait and then find nothing to do.
 * @throws MetaError SCHEMA_NEWER when a newer mcpwright has written the database
 */
export async function migrate(
  db: Pick<Db, 'asSystem'>,
  { folder = migrationsFolder(), beforeUpgrade }: MigrateOptions = {},
): Promise<void> {
  const migrations = readMigrations(folder)
  const applied = await db.asSystem(readVersion)
  if (applied > migrations.length) throw schemaNewer(applied, migrations.length)
  if (applied > 0 && applied < migrations.length) await beforeUpgrade?.(applied)
  for (const migration of migrations.slice(applied)) {
    await db.asSystem((sql) => applyMigration(sql, migration))
  }
}

async function applyMigration(sql: Sql, migration: Migration): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK])
  await createMigrationsTable(sql)
  if ((await readVersion(sql)) >= migration.version) return
  try {
    await sql.query(migration.sql)
  } catch (error) {
    throw needsRole(error) ?? error
  }
  await insertMigration(sql, migration)
}

/** 0 on an empty database. */
async function readVersion(sql: Sql): Promise<number> {
  const [table] = await sql.query<{ exists: boolean }>(
    `SELECT to_regclass('${SCHEMA}.migrations') IS NOT NULL AS exists`,
  )
  if (!table?.exists) return 0
  const [row] = await sql.query<{ version: number }>(
    `SELECT coalesce(max(version), 0)::int AS version FROM ${SCHEMA}.migrations`,
  )
  return row?.version ?? 0
}

async function createMigrationsTable(sql: Sql): Promise<void> {
  await sql.query(`
    CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
    CREATE TABLE IF NOT EXISTS ${SCHEMA}.migrations (
      version int PRIMARY KEY,
      name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`)
}

async function insertMigration(sql: Sql, { version, name }: Migration): Promise<void> {
  await sql.query(`INSERT INTO ${SCHEMA}.migrations (version, name) VALUES ($1, $2)`, [version, name])
}

function schemaNewer(found: number, known: number): MetaError {
  return new MetaError(
    'SCHEMA_NEWER',
    `The database has schema version ${found}; this mcpwright knows versions up to ${known}.`,
    'Start the newer mcpwright that was used before; or put back the copy of the data that it took (docs/upgrade.md), or choose another MCPWRIGHT_HOME or DATABASE_URL.',
  )
}

/** 42501: insufficient_privilege. */
function needsRole(error: unknown): MetaError | undefined {
  if (!(error instanceof SqlError) || error.code !== '42501') return undefined
  return new MetaError(
    'CONFIGURATION_INVALID',
    `The user of DATABASE_URL may not prepare the database: ${error.message}.`,
    'Give that user the right to create schemas in the database and the attribute CREATEROLE.',
    { cause: error },
  )
}
