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

export function diskFull(place: string, cause?: unknown): MetaError {
  return new MetaError(
    'DISK_FULL',
    `The disk of "${place}" is full; nothing was changed.`,
    'Free some space and try again, or set MCPWRIGHT_HOME to a directory on another disk.',
    { cause },
  )
}
