import { cp, mkdir, rm } from 'node:fs/promises'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPassingFolder, type PassingFolder } from '../../runtime/supervisor/passing-folder.ts'
import { defaults } from '../config/defaults.ts'
import { type Config, loadConfig } from '../config/load-config.ts'
import { scratchFolder } from '../config/scratch.ts'
import { ownDaemonId } from '../daemon/daemon-file.ts'
import { databaseOptions } from '../daemon/head-start.ts'
import { putStartMarker, removeStartMarker, stopDaemon } from '../daemon/ensure-daemon.ts'
import { lockDataDirectory } from '../db/data-directory-lock.ts'
import type { Database } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { migrationsFolder, readMigrations } from '../db/migrations.ts'
import { openPglite } from '../db/pglite.ts'
import { putBackCopy } from '../db/put-back-copy.ts'
import { readBackupHead, restoreRows } from '../db/read-backup.ts'
import { replaceData } from '../db/replace-data.ts'
import type { BackupHead } from '../db/write-backup.ts'
import { MetaError } from '../errors/meta-error.ts'
import { agree, type Terminal } from './terminal.ts'

/**
 * Puts a backup, or the copy that was taken before an upgrade, in the place of the data of this home. What stood there
 * is kept beside it.
 * @throws MetaError ARGUMENTS_INVALID for something else, SCHEMA_NEWER for a backup of a later mcpwright,
 *   CONFIRMATION_NEEDED when there are data and nobody is asked
 */
export async function restore(
  from: string,
  { yes }: { readonly yes?: boolean },
  environment: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<void> {
  const config = loadConfig(environment)
  const source = path.resolve(from)
  const head = isFolder(source) ? undefined : await readBackupHead(source)
  if (head && head.schema > readMigrations().length) throw tooNew(head)
  if (!head && config.databaseUrl !== undefined) throw notOfPostgres(source)
  const directory = path.join(config.home, 'database')
  if (config.databaseUrl === undefined && existsSync(directory)) {
    const question = `Put ${source} in the place of the data in ${config.home}? They are kept beside it.`
    if (!(await agree(terminal, question, yes))) return
  }
  await mkdir(config.home, { recursive: true, mode: 0o700 })
  await using resources = new AsyncDisposableStack()
  resources.defer(() => removeStartMarker(config))
  resources.use(await takeDataDirectory(config))
  const now = new Date()
  const replaced = head ? await restoreBackup(source, head, config, now) : await putBackCopy(directory, source, now)
  if (replaced !== undefined) terminal.say(`What was there is in ${replaced}.`)
  terminal.say(`Restored. Next: mcpwright start${head ? '\nSecrets can be read with the master key of then.' : ''}`)
}

/**
 * Stops the daemon and takes its place. A chat that is open would bring one back: it is kept from that, and what came
 * up all the same is stopped too.
 * @throws MetaError DATA_DIRECTORY_LOCKED when another process keeps it
 */
async function takeDataDirectory(config: Config): Promise<AsyncDisposable> {
  const deadline = Date.now() + defaults.daemon.startTimeoutMs
  for (;;) {
    putStartMarker(config)
    await stopDaemon(config)
    try {
      return lockDataDirectory(config.home)
    } catch (error) {
      const isLocked = error instanceof MetaError && error.code === 'DATA_DIRECTORY_LOCKED'
      if (!isLocked || Date.now() > deadline) throw error
    }
    await sleep(25)
  }
}

function isFolder(source: string): boolean {
  if (existsSync(source)) return statSync(source).isDirectory()
  throw new MetaError('ARGUMENTS_INVALID', `There is no "${source}".`, 'Give a file that mcpwright backup wrote.')
}

function notOfPostgres(source: string): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `"${source}" is a folder of PGlite's files, and the data are in the database of DATABASE_URL.`,
    'Give a file that mcpwright backup wrote; or unset DATABASE_URL to use the data of this home.',
  )
}

function tooNew({ schema, mcpwright }: BackupHead): MetaError {
  return new MetaError(
    'SCHEMA_NEWER',
    `The backup was written by mcpwright ${mcpwright}, with schema version ${schema}; this one knows versions up to ${readMigrations().length}.`,
    `Restore it with mcpwright ${mcpwright} or newer.`,
  )
}

/** @returns where the data are that it replaced */
async function restoreBackup(file: string, head: BackupHead, config: Config, now: Date): Promise<string | undefined> {
  if (config.databaseUrl !== undefined) {
    await restoreIntoPostgres(file, head, config, config.databaseUrl)
    return undefined
  }
  const fresh = path.join(config.home, 'database.part')
  await rm(fresh, { recursive: true, force: true })
  await using migrations = await migrationsUpTo(head.schema, config)
  // A template has the schema of now.
  const templateFolders = head.schema === readMigrations().length ? databaseOptions(config).templateFolders : []
  const database = await openPglite({ directory: fresh, migrations: migrations.path, templateFolders })
  try {
    await fill(database, file, config)
    await migrate(database)
  } finally {
    await database.close()
  }
  return replaceData(path.join(config.home, 'database'), fresh, now)
}

/** A database of PostgreSQL has its schema already, and must hold nothing else. */
async function restoreIntoPostgres(file: string, head: BackupHead, config: Config, url: string): Promise<void> {
  const { openPostgres } = await import('../db/postgres.ts')
  const database = await openPostgres(url)
  try {
    const [row] = await database.asSystem((sql) => sql.query<{ count: number }>('SELECT count(*) FROM servers'))
    if (row?.count !== 0 || head.schema !== readMigrations().length) {
      throw new MetaError(
        'ARGUMENTS_INVALID',
        row?.count === 0
          ? `The backup has schema version ${head.schema}, the database ${readMigrations().length}.`
          : 'The database of DATABASE_URL has servers already.',
        row?.count === 0
          ? `Restore it with mcpwright ${head.mcpwright}, then upgrade; or without DATABASE_URL.`
          : 'Give the DATABASE_URL of an empty database.',
      )
    }
    await fill(database, file, config)
  } finally {
    await database.close()
  }
}

/** What ran elsewhere is to run here. */
async function fill(database: Database, file: string, { home }: Config): Promise<void> {
  await database.asSystem(async (sql) => {
    await restoreRows(sql, file)
    await sql.query('UPDATE deployments SET daemon_id = $1, lease_until = NULL WHERE daemon_id IS NOT NULL', [
      ownDaemonId(home),
    ])
  })
}

/** The schema as it was at a version: its first migrations in a folder of their own. */
async function migrationsUpTo(version: number, { home }: Config): Promise<PassingFolder> {
  const folder = await openPassingFolder(scratchFolder(home), 'migrations')
  for (const { name } of readMigrations().slice(0, version)) {
    await cp(path.join(migrationsFolder(), name), path.join(folder.path, name))
  }
  return folder
}
