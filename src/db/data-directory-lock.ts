import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MetaError } from '../errors/meta-error.ts'

/** A lock that nobody refers to any more would be collected, and free. */
const held = new Set<DatabaseSync>()

/**
 * Makes this process the only owner of a directory, without waiting. The lock is the kernel's: any death of the
 * process frees it, SIGKILL too. PGlite itself takes none, and two writers lose rows silently.
 * @param directory  is made when it is missing
 * @throws MetaError DATA_DIRECTORY_LOCKED when another process (or another part of this one) owns it
 */
export function lockDataDirectory(directory: string): AsyncDisposable {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path.join(directory, 'lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    throw new MetaError(
      'DATA_DIRECTORY_LOCKED',
      `Another mcpwright process uses the directory "${directory}".`,
      'Stop that process, or set MCPWRIGHT_HOME to another directory.',
      { cause: error },
    )
  }
  held.add(database)
  return {
    async [Symbol.asyncDispose]() {
      held.delete(database)
      database.close()
    },
  }
}

/** SQLITE_BUSY is 5: https://sqlite.org/rescode.html */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
