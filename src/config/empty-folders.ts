import { readdir, rmdir } from 'node:fs/promises'
import path from 'node:path'

/** Removes a folder that is empty, or was never there, and then those above it as long as they are, below a limit. */
export async function removeEmptyFolders(folder: string, below: string): Promise<void> {
  const isInside = folder.startsWith(below + path.sep)
  if (!isInside || (await namesIn(folder)).length > 0) return
  await rmdir(folder).catch(ignoreMissing)
  await removeEmptyFolders(path.dirname(folder), below)
}

/** @returns no names of a folder that does not exist */
export async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    ignoreMissing(error)
    return []
  })
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
