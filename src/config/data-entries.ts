import { rm } from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder, CACHES } from './cache-folders.ts'
import { namesIn, removeEmptyFolders } from './empty-folders.ts'
import { appFolder } from './lasting-copy.ts'

/** What mcpwright writes into its data directory, by name. */
const DATA = [
  'backups',
  'bundles',
  'daemon-id',
  'daemon.log',
  'database',
  'deployments',
  'logins',
  'master-key',
  'port',
  'token',
  'uninstalled',
  'upgrades',
]
/** What is of no use to data that are kept. */
const PASSING = [
  'cache',
  'database.part',
  'daemon.json',
  'lock',
  'lock-journal',
  'scratch',
  'service.env',
  'service.xml',
  'starting',
]

export interface DataDirectories {
  readonly home: string
  readonly cache: string
  /** A directory that a person named may hold other things: there only what we know by name is ours. */
  readonly isChosen: boolean
  /** The person's own folder: empty ones between it and these go too. */
  readonly personHome: string
}

/** Removes what data do not need: copies of the program, caches, marks of a running daemon. */
export async function removePassing({ home, cache, personHome }: DataDirectories): Promise<void> {
  for (const name of [path.basename(appFolder(home)), ...PASSING]) await removeAll(path.join(home, name))
  for (const name of CACHES) await removeAll(cacheFolder(cache, name))
  await removeEmptyFolders(cache, personHome)
}

/** Removes all of it, and the directory when nothing else is in it. @returns paths in it that are not ours and stayed */
export async function removeData(directories: DataDirectories): Promise<string[]> {
  const { home, isChosen, personHome } = directories
  await removePassing(directories)
  if (!isChosen) {
    await removeAll(home)
    await removeEmptyFolders(path.dirname(home), personHome)
    return []
  }
  const names = await namesIn(home)
  for (const name of names.filter(isOurs)) await removeAll(path.join(home, name))
  await removeEmptyFolders(home, path.dirname(home))
  return names.filter((name) => !isOurs(name)).map((name) => path.join(home, name))
}

/** Whether mcpwright writes what is called so. A private file whose writer was killed has a number after its name. */
export function isOurs(name: string): boolean {
  return [path.basename(appFolder('')), ...DATA, ...PASSING].includes(name.replace(/\.\d+$/, ''))
}

async function removeAll(file: string): Promise<void> {
  await rm(file, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
