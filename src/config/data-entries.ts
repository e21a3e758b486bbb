import { readdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { appFolder } from './lasting-copy.ts'

/** What mcpwright writes into its data directory, by name. A test compares them with what a home holds. */
const DATA = ['bundles', 'daemon-id', 'daemon.log', 'database', 'logins', 'master-key', 'port', 'token']
/** What is of no use to data that are kept. */
const PASSING = [
  'cache',
  'daemon.json',
  'lock',
  'lock-journal',
  'service.env',
  'service.xml',
  'starting',
  'uninstalled',
]

/**
 * Removes what is mcpwright's own from its directories, by name: a person may have chosen a directory that holds
 * other things. The directories go when nothing is left in them.
 * @param keepsData  only what data do not need goes: copies of the program, caches, marks of a running daemon
 * @returns paths in the data directory that are not ours and stayed
 */
export async function removeData(
  { home, cache }: { readonly home: string; readonly cache: string },
  keepsData: boolean,
): Promise<string[]> {
  const gone = [path.basename(appFolder(home)), ...PASSING, ...(keepsData ? [] : DATA)]
  for (const name of gone) await removeAll(path.join(home, name))
  // A private file whose writer was killed: its name and a number.
  for (const name of await namesIn(home)) {
    if (/^(.+)\.\d+$/.test(name) && [...DATA, ...PASSING].includes(name.replace(/\.\d+$/, '')))
      await removeAll(path.join(home, name))
  }
  await removeAll(path.join(cache, 'projects'))
  await removeAll(path.join(cache, 'templates'))
  await removeIfEmpty(cache)
  if (keepsData) return []
  await removeIfEmpty(home)
  return (await namesIn(home)).map((name) => path.join(home, name))
}

async function removeAll(file: string): Promise<void> {
  await rm(file, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

async function removeIfEmpty(folder: string): Promise<void> {
  if ((await namesIn(folder)).length === 0) await rmdir(folder).catch(ignoreMissing)
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    ignoreMissing(error)
    return []
  })
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
