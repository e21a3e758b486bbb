import path from 'node:path'
import type { Database } from './database.ts'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'

export interface DatabaseOptions {
  /** Set: PostgreSQL. Absent: PGlite in the directory. */
  readonly databaseUrl?: string | undefined
  /** mcpwright's home; PGlite takes the folder `database` in it. */
  readonly directory: string
  readonly templateFolders?: readonly string[]
}

/** Opens the one database of this installation, with its schema up to date. Errors: see `openPglite`, `openPostgres`. */
export async function openDatabase({ databaseUrl, directory, templateFolders }: DatabaseOptions): Promise<Database> {
  if (databaseUrl !== undefined) return openPostgres(databaseUrl)
  return openPglite({
    directory: path.join(directory, 'database'),
    ...(templateFolders !== undefined && { templateFolders }),
  })
}
