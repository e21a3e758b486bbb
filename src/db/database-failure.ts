import { diskFull } from '../errors/disk-full.ts'
import { MetaError } from '../errors/meta-error.ts'

/**
 * Why the database in a directory does not work.
 * @param reason  what PostgreSQL, Node or the system said
 */
export function databaseFailure(reason: string, directory: string, cause?: unknown): MetaError {
  if (/ENOSPC|no space left on device|disk quota exceeded|EDQUOT/i.test(reason)) return diskFull(directory, cause)
  return new MetaError(
    'DATABASE_UNAVAILABLE',
    `The database in "${directory}" does not answer: ${reason}`,
    'Start mcpwright again. If it stays, move that directory away, or set DATABASE_URL to use a PostgreSQL server.',
    { cause },
  )
}
