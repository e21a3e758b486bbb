import { DatabaseError } from 'pg'
import { MetaError } from '../errors/meta-error.ts'
import { diskFull } from '../errors/disk-full.ts'
import { SqlError } from './sql-error.ts'

/** What a call to PostgreSQL rejects with: what the statement did wrong, or that there is no database to ask. */
export function postgresFailure(error: unknown, url: string): SqlError | MetaError {
  if (!(error instanceof DatabaseError)) return unavailable(error, url)
  const code = error.code ?? ''
  if (code === '53100') return diskFull(placeOf(url), error)
  // Classes 08 (connection), 28 (authorization), 57P (shutdown), 3D (no such database), 53 (no resources).
  if (/^(08|28|57P|3D|53)/.test(code)) return unavailable(error, url)
  return new SqlError(error.message, { code, constraint: error.constraint, detail: error.detail }, error)
}

function unavailable(error: unknown, url: string): MetaError {
  return new MetaError(
    'DATABASE_UNAVAILABLE',
    `The PostgreSQL at "${placeOf(url)}" does not answer: ${reasonOf(error)}`,
    'Start that server and check DATABASE_URL (host, port, user, password, database), or unset it to use the built-in database.',
    { cause: error },
  )
}

/** `host:port/database`: never the password. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL'
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

function reasonOf(error: unknown): string {
  // Node gives an empty message and the reasons of each address when a name has several.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
