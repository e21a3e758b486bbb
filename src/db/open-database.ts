import path from 'node:path'
import type { Database } from './database.ts'
import { type PreparedPglite, preparePglite } from './prepare-pglite.ts'

export interface DatabaseOptions {
  /** Set: PostgreSQL. Absent: PGlite in the directory. */
  readonly databaseUrl?: string | undefined
  /** mcpwright's home; PGlite takes the folder `database` in it. */
  readonly directory: string
  readonly templateFolders?: readonly string[]
  /** What `prepareDatabase` gave. */
  readonly prepared?: PreparedDatabase | undefined
}

/** Resolves with PGlite, or with nothing where there is nothing to open beforehand. Who does not use it, disposes it. */
export type PreparedDatabase = Promise<PreparedPglite | undefined>

/**
 * Begins what takes half a second, and some seconds in a new data directory. Never rejects: opening tries again, and
 * tells.
 */
export function prepareDatabase({ databaseUrl, directory, templateFolders }: DatabaseOptions): PreparedDatabase {
  if (databaseUrl !== undefined) return Promise.resolve(undefined)
  return preparePglite(pgliteFolder(directory), templateFolders).catch(() => undefined)
}

/** Opens the one database of this installation, with its schema up to date. Errors: see `openPglite`, `openPostgres`. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { databaseUrl, directory, templateFolders, prepared } = options
  if (databaseUrl !== undefined) return (await import('./postgres.ts')).openPostgres(databaseUrl)
  const { openPglite } = await import('./pglite.ts')
  return openPglite({
    directory: pgliteFolder(directory),
    ...(templateFolders !== undefined && { templateFolders }),
    ...(prepared !== undefined && { prepared }),
  })
}

function pgliteFolder(home: string): string {
  return path.join(home, 'database')
}
