import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { copiesFolder, stampOf } from './copy-before-upgrade.ts'

/**
 * Puts a whole data directory in the place of another, which is kept. The caller owns both. A death between the two
 * renames leaves each of them whole, under its other name.
 * @returns where what stood there is now; undefined when there was nothing
 */
export async function replaceData(directory: string, fresh: string, now: Date): Promise<string | undefined> {
  if (!existsSync(directory)) {
    await rename(fresh, directory)
    return undefined
  }
  const replaced = path.join(copiesFolder(directory), `${stampOf(now)}-replaced`)
  await mkdir(path.dirname(replaced), { recursive: true, mode: 0o700 })
  await rename(directory, replaced)
  await rename(fresh, directory)
  return replaced
}
