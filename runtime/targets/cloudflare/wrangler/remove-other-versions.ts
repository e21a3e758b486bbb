import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { UNFINISHED } from './fetch-packages.ts'

/**
 * Removes what is beside the folder of a fetched version: earlier ones, and what Node has compiled of them. What another
 * deploy is fetching stays.
 */
export async function removeOtherVersions(folder: string): Promise<void> {
  const wranglers = path.dirname(folder)
  for (const name of await readdir(wranglers)) {
    if (name === path.basename(folder) || name.startsWith(UNFINISHED)) continue
    await rm(path.join(wranglers, name), { recursive: true, force: true })
  }
}
