import type { Request } from 'express'

/** A parameter of the query that was given once; undefined otherwise. */
export function queryText({ query }: Pick<Request, 'query'>, name: string): string | undefined {
  const value = query[name]
  return typeof value === 'string' ? value : undefined
}
