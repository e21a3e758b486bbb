import { Pool, types, type CustomTypesConfig, type PoolClient, type QueryResult } from 'pg'
import type { TenantId } from '../model/ids.ts'
import { beginStatement } from './begin.ts'
import type { Database } from './database.ts'
import type { Sql, SqlValue } from './db.ts'
import { migrate } from './migrate.ts'
import { listenWithReconnect } from './postgres-listener.ts'
import { postgresFailure } from './postgres-failure.ts'
import { toParameter } from './sql-parameter.ts'
import { createTransactionScope } from './transaction-scope.ts'

export interface PostgresOptions {
  readonly connections?: number
  /** A new connection must stand within this time. */
  readonly connectTimeoutMs?: number
}

/**
 * Opens a PostgreSQL (15 or newer) and brings its schema up to date.
 * @param url  `postgres://user:password@host:5432/database`
 * @throws MetaError DATABASE_UNAVAILABLE, SCHEMA_NEWER, or CONFIGURATION_INVALID when the user may not prepare it
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Database> {
  const database = createPostgresDatabase(url, options)
  try {
    await migrate(database)
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

function createPostgresDatabase(
  url: string,
  { connections = 10, connectTimeoutMs = 5_000 }: PostgresOptions,
): Database {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectTimeoutMs,
    types: TYPES,
  })
  // An idle connection that breaks is dropped by the pool; the next user gets a new one, or the error.
  pool.on('error', () => undefined)
  const scope = createTransactionScope()
  const listener = listenWithReconnect(url)

  async function transaction<Result>(
    tenantId: TenantId | undefined,
    work: (sql: Sql) => Promise<Result>,
  ): Promise<Result> {
    scope.assertOutside()
    const begin = beginStatement(tenantId)
    const client = await pool.connect().catch((error: unknown) => {
      throw postgresFailure(error, url)
    })
    return scope.run((isOpen) => runTransaction(client, url, begin, isOpen, work))
  }

  async function statement(text: string, values: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }> {
    try {
      const result: QueryResult | QueryResult[] = await pool.query(text, values.length > 0 ? [...values] : undefined)
      return { rows: (Array.isArray(result) ? result : [result]).flatMap(({ rows }) => rows) }
    } catch (error) {
      throw postgresFailure(error, url)
    }
  }

  return {
    kind: 'postgres',
    as: transaction,
    asSystem: (work) => transaction(undefined, work),
    listen: (channel, onPayload) => listener.listen(channel, onPayload),
    async notify(channel, payload) {
      scope.assertOutside()
      await statement('SELECT pg_notify($1, $2)', [channel, payload])
    },
    async ping() {
      scope.assertOutside()
      await statement('SELECT 1', [])
    },
    statements: { executeSql: (text, values = []) => statement(text, values) },
    async close() {
      await listener.close()
      await pool.end()
    },
  }
}

async function runTransaction<Result>(
  client: PoolClient,
  url: string,
  begin: string,
  isOpen: () => boolean,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  let broken = false
  async function run(text: string, values?: readonly SqlValue[]): Promise<QueryResult> {
    try {
      const result: QueryResult | QueryResult[] = await client.query(text, values?.map(toParameter))
      // The types of pg do not say that several statements give several results.
      return Array.isArray(result) ? (result.at(-1) as QueryResult) : result
    } catch (error) {
      throw postgresFailure(error, url)
    }
  }
  try {
    await run(begin)
    const result = await work({
      async query<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<Row[]> {
        if (!isOpen()) throw new Error('This transaction has ended.')
        // The caller names the row type beside its statement; nothing checks it against the database.
        return (await run(text, values?.length ? values : undefined)).rows as Row[]
      },
    })
    const commit = await run('COMMIT')
    if (commit.command === 'ROLLBACK') throw new Error('A statement failed, and its error was swallowed.')
    return result
  } catch (error) {
    await run('ROLLBACK').catch(() => (broken = true))
    throw error
  } finally {
    client.release(broken)
  }
}

/** bigint as number and bytea as plain bytes, as PGlite gives them; the rest is alike already. */
const TYPES: CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (format !== 'binary' && oid === types.builtins.INT8) return Number
    if (format !== 'binary' && oid === types.builtins.BYTEA)
      return (text: string) => Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
    return types.getTypeParser(oid, format)
  },
}
