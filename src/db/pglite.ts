import type { TenantId } from '../model/ids.ts'
import { beginStatement } from './begin.ts'
import { openCluster } from './create-cluster.ts'
import { copyBeforeUpgrade } from './copy-before-upgrade.ts'
import type { Database } from './database.ts'
import type { Sql, SqlValue, TransactionOptions } from './db.ts'
import { createLastingPglite, type LastingPglite } from './lasting-pglite.ts'
import { migrate } from './migrate.ts'
import type { PgliteThread } from './pglite-thread.ts'
import { type PreparedPglite, preparePglite } from './prepare-pglite.ts'
import { toParameter } from './sql-parameter.ts'
import { createTransactionScope } from './transaction-scope.ts'
import { createTurns } from './turns.ts'

export interface PgliteOptions {
  /** Owned by one process at a time; made when it is missing. */
  readonly directory: string
  /** Folders that may hold a template of this schema; the first one found is used for a new directory. */
  readonly templateFolders?: readonly string[]
  /** When it was begun before; what went wrong there is tried again. */
  readonly prepared?: Promise<PreparedPglite | undefined>
  /** The folder of the migrations; the package's own by default. */
  readonly migrations?: string
}

export interface PgliteDatabase extends Database {
  readonly kind: 'pglite'
  /** The whole database as tar.gz, for a template. */
  dump(): Promise<Uint8Array>
}

/**
 * Opens the PGlite of a directory, makes it when there is none, and brings its schema up to date.
 * @throws MetaError DATA_DIRECTORY_LOCKED, SCHEMA_NEWER, DISK_FULL or DATABASE_UNAVAILABLE
 */
export async function openPglite({
  directory,
  templateFolders,
  prepared,
  migrations,
}: PgliteOptions): Promise<PgliteDatabase> {
  await using opening = new AsyncDisposableStack()
  const { folder, thread } = opening.use((await prepared) ?? (await preparePglite(directory, templateFolders)))
  const pglite = createLastingPglite(thread, () => openCluster(directory, { folder }))
  opening.defer(() => pglite.close())
  const resources = new AsyncDisposableStack()
  const database = createPgliteDatabase(pglite, () => resources.disposeAsync())
  await migrate(database, {
    folder: migrations,
    async beforeUpgrade(schema) {
      const copy = await copyBeforeUpgrade(directory, schema, new Date())
      console.error(`The data of schema ${schema} was copied to ${copy} before the upgrade.`)
    },
  })
  resources.use(opening.move())
  return database
}

function createPgliteDatabase(pglite: LastingPglite, close: () => Promise<void>): PgliteDatabase {
  const scope = createTransactionScope()
  const takeTurn = createTurns()
  let writes = 0
  const noteStatement = (text: string): void => {
    if (!isRead(text)) writes++
  }

  /** PGlite is one connection: whoever uses it waits for its turn, a transaction for all of its length. */
  function exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    scope.assertOutside()
    return takeTurn(work)
  }

  function transaction<Result>(
    tenantId: TenantId | undefined,
    work: (sql: Sql) => Promise<Result>,
    { isJournal = false }: TransactionOptions = {},
  ): Promise<Result> {
    const hooks = { begin: beginStatement(tenantId), noteStatement: isJournal ? () => {} : noteStatement }
    return exclusively(() => scope.run((isOpen) => runTransaction(pglite, { ...hooks, isOpen }, work)))
  }

  return {
    kind: 'pglite',
    as: transaction,
    asSystem: (work) => transaction(undefined, work),
    writes: () => writes,
    async listen(channel, onPayload) {
      const stop = await exclusively(() => pglite.hear(channel, onPayload))
      return () => exclusively(stop)
    },
    async notify(channel, payload) {
      await exclusively(() => runStatement(pglite, 'SELECT pg_notify($1, $2)', [channel, payload]))
    },
    async ping() {
      await exclusively(() => runStatement(pglite, 'SELECT 1', []))
    },
    statements: {
      executeSql(text, values = []) {
        noteStatement(text)
        return exclusively(() => runStatement(pglite, text, values))
      },
    },
    dump: () => exclusively(async () => (await pglite.thread()).dump()),
    // What runs now may end; what comes later finds the thread gone.
    close: () => exclusively(close),
  }
}

/** A query that starts otherwise may write; so may a function, but those that ours call write nothing of a tenant. */
function isRead(text: string): boolean {
  return /^\s*SELECT\b/i.test(text)
}

interface TransactionHooks {
  readonly begin: string
  readonly isOpen: () => boolean
  /** Called before each statement. */
  readonly noteStatement: (text: string) => void
}

async function runTransaction<Result>(
  pglite: LastingPglite,
  { begin, isOpen, noteStatement }: TransactionHooks,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const thread = await pglite.thread()
  let hasBegun = false
  let onlyRead = true
  try {
    const result = await work({
      async query<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<Row[]> {
        if (!isOpen()) throw new Error('This transaction has ended.')
        noteStatement(text)
        onlyRead &&= isRead(text)
        const first = hasBegun ? {} : { begin }
        hasBegun = true
        const statement = values?.length
          ? thread.run({ op: 'query', text, values: values.map(toParameter), ...first })
          : thread.run({ op: 'exec', text, ...first })
        const results = await statement.catch((error: unknown) => {
          // What is left of the transaction has to be looked at.
          onlyRead = false
          throw error
        })
        // The caller names the row type beside its statement; nothing checks it against the database.
        return (results.at(-1)?.rows ?? []) as Row[]
      },
    })
    if (hasBegun) await commit(pglite, thread, onlyRead)
    return result
  } catch (error) {
    if (hasBegun) await rollBack(pglite, thread)
    throw error
  }
}

/** Nothing depends on the end of what was only read; what comes next is run after it all the same. */
async function commit(pglite: LastingPglite, thread: PgliteThread, onlyRead: boolean): Promise<void> {
  const committing = thread.run({ op: 'exec', text: 'COMMIT' })
  if (onlyRead) return void committing.catch(() => pglite.giveUp())
  const [committed] = await committing
  if (committed?.command === 'ROLLBACK') throw new Error('A statement failed, and its error was swallowed.')
}

async function runStatement(
  pglite: LastingPglite,
  text: string,
  values: readonly unknown[],
): Promise<{ rows: Record<string, unknown>[] }> {
  const thread = await pglite.thread()
  try {
    const results = await thread.run(values.length > 0 ? { op: 'query', text, values } : { op: 'exec', text })
    return { rows: results.flatMap((result) => result.rows) }
  } catch (error) {
    // The text may have begun a transaction before it failed; the connection must not stay in it.
    await rollBack(pglite, thread)
    throw error
  }
}

/**
 * After a failed COMMIT there is no transaction; PostgreSQL then only warns. Where it cannot roll back, as was seen after
 * a full disk, nothing works from then on: the next caller gets a new start.
 */
async function rollBack(pglite: LastingPglite, thread: PgliteThread): Promise<void> {
  await thread.run({ op: 'exec', text: 'ROLLBACK' }).catch(() => pglite.giveUp())
}
