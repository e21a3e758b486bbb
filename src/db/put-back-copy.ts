import { existsSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../errors/meta-error.ts'
import { copiesFolder } from './copy-before-upgrade.ts'
import { lockDataDirectory } from './data-directory-lock.ts'
import { replaceData } from './replace-data.ts'

/**
 * Puts a copy that was taken before an upgrade in the place of a data directory. What stood there is kept.
 * @returns where that is now; undefined when there was nothing
 * @throws MetaError ARGUMENTS_INVALID when it is no such copy, DATA_DIRECTORY_LOCKED while mcpwright runs on it
 */
export async function putBackCopy(directory: string, copy: string, now: Date): Promise<string | undefined> {
  if (!isCopy(copy)) {
    throw new MetaError(
      'ARGUMENTS_INVALID',
      `"${copy}" is no copy of a data directory.`,
      `Give a file that mcpwright backup wrote, or one of the folders in "${copiesFolder(directory)}".`,
    )
  }
  // Nobody may work on it, nor keep its lock open while it is moved.
  if (existsSync(directory)) await lockDataDirectory(directory)[Symbol.asyncDispose]()
  const fresh = `${directory}.part`
  await rm(fresh, { recursive: true, force: true })
  await cp(copy, fresh, { recursive: true })
  return replaceData(directory, fresh, now)
}

function isCopy(folder: string): boolean {
  return existsSync(path.join(folder, 'pglite.complete')) && existsSync(path.join(folder, 'pglite', 'PG_VERSION'))
}
