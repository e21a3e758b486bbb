import { MetaError } from './meta-error.ts'

/** The same expected failure in other words, such as without a secret; anything else is given back as it is. */
export function rewordError(error: unknown, reword: (text: string) => string): unknown {
  if (!(error instanceof MetaError)) return error
  const { code, message, fix, next, cause } = error
  return new MetaError(code, reword(message), reword(fix), { cause, ...(next && { next }) })
}
