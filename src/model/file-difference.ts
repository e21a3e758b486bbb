import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

/** Past this many changed lines it is quicker to read both texts, and comparing them takes long. */
const MOST_EDITS = 2_000

/**
 * The unified difference of two texts of a file; undefined where they have too little in common to show one.
 * @param before  undefined: there was none; so with `after`
 */
export function fileDifference(
  path: string,
  before: string | undefined,
  after: string | undefined,
  context = 3,
): string | undefined {
  const names = [before === undefined ? '/dev/null' : path, after === undefined ? '/dev/null' : path] as const
  const options = { context, headerOptions: FILE_HEADERS_ONLY, maxEditLength: MOST_EDITS }
  return createTwoFilesPatch(...names, before ?? '', after ?? '', '', '', options)
}
