/** What the database answered to a statement. `code` is a SQLSTATE: PostgreSQL, appendix A. */
export class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly code: string
  readonly constraint: string | undefined
  readonly detail: string | undefined

  constructor(message: string, fields: SqlErrorFields, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = fields.code
    this.constraint = fields.constraint
    this.detail = fields.detail
  }
}

export interface SqlErrorFields {
  readonly code: string
  readonly constraint?: string | undefined
  readonly detail?: string | undefined
}

/** True when a row was refused because another one has the same key; `constraint` is the index's name. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return error instanceof SqlError && error.code === '23505' && error.constraint === constraint
}
