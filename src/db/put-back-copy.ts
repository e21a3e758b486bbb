import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { MetaError } from '../errors/meta-error.ts'
import { copiesFolder, stampOf } from './copy-before-upgrade.ts'
import { lockDataDirectory } from './data-directory-lock.ts'

export function isCopy(folder: string): boolean {
  return existsSync(path.join(folder, 'pglite.complete')) && existsSync(path.join(folder, 'pglite', 'PG_VERSION'))
}

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
      `Give one of the folders in "${copiesFolder(directory)}".`,
    )
  }
  await using resources = new AsyncDisposableStack()
  resources.use(lockDataDirectory(directory))
  const current = path.join(directory, 'pglite')
  const marker = path.join(directory, 'pglite.complete')
  const hasData = existsSync(marker)
  const replaced = path.join(copiesFolder(directory), `${stampOf(now)}-replaced`)
  // Without it, what a death leaves here is made anew from nothing at the next start: it goes first and comes last.
  const partial = path.join(directory, 'pglite.part')
  await rm(partial, { recursive: true, force: true })
  await cp(path.join(copy, 'pglite'), partial, { recursive: true })
  if (hasData) {
    await mkdir(replaced, { recursive: true, mode: 0o700 })
    await rename(current, path.join(replaced, 'pglite'))
    await writeFile(path.join(replaced, 'pglite.complete'), '')
  }
  await rename(partial, current)
  await writeFile(marker, '')
  return hasData ? replaced : undefined
}
