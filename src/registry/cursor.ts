import { noCursor } from '../errors/no-cursor.ts'

/** Where a list goes on: the sort key of the last row that was given. Opaque to callers. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/**
 * @param parts  how many parts the list's sort key has
 * @throws MetaError ARGUMENTS_INVALID when it is not a cursor of that list
 */
export function decodeCursor(cursor: string, parts: number): readonly string[] {
  const key = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'))
  if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === 'string')) return key
  throw noCursor(cursor)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
