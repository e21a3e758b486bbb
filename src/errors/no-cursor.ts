import { MetaError } from './meta-error.ts'

/** What was given in the place of where a list goes on. */
export function noCursor(given: string): MetaError {
  return new MetaError(
    'ARGUMENTS_INVALID',
    `"${given}" is no cursor of this list.`,
    'Pass the cursor that the previous answer gave unchanged, or leave cursor out to begin anew.',
  )
}
