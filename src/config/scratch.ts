import { rmSync } from 'node:fs'
import path from 'node:path'

/**
 * Holds folders of runs that last a moment, values of secrets among their files: in the data directory, whose lock says
 * that they are nobody's any more when their daemon was killed.
 */
export function scratchFolder(home: string): string {
  return path.join(home, 'scratch')
}

/**
 * Removes what the runs of a killed daemon have left. Who calls holds the lock of the data directory.
 * @param tell  is given what could not be removed: a program that outlived the daemon may still have a file open
 */
export function removeScratch(home: string, tell: (message: string) => void = console.error): void {
  const folder = scratchFolder(home)
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    tell(`What an earlier run left in ${folder} could not be removed; the next start tries again: ${String(error)}`)
  }
}
