import { defaults } from '../config/defaults.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { SharedCodeChanges } from '../registry/shared-code-store.ts'

/**
 * A server's shared files after changes, which are not stored yet.
 * @throws MetaError ARGUMENTS_INVALID for a name that is none, LIMIT_EXCEEDED
 */
export function withSharedChanges(
  known: Readonly<Record<string, string>>,
  changes: SharedCodeChanges = {},
): Record<string, string> {
  const wrong = Object.keys(changes).find((name) => !/^[a-z][a-z0-9-]{0,60}\.ts$/.test(name))
  if (wrong !== undefined) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `"${wrong}" is no name of a shared file.`,
      'Use lower case, digits and hyphens, and .ts at the end: "money.ts".',
    )
  }
  const files = Object.entries({ ...known, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null)
  const bytes = files.reduce((sum, [, source]) => sum + source.length, 0)
  const { sharedFiles, codeBytes } = defaults.limits
  if (files.length <= sharedFiles && bytes <= codeBytes) return Object.fromEntries(files)
  throw new MetaError(
    'LIMIT_EXCEEDED',
    `The shared code would be ${files.length} files with ${bytes} characters; ${sharedFiles} and ${codeBytes} are allowed.`,
    'Take a file away by giving null for its name.',
  )
}
