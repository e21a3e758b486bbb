import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { databaseFailure } from './database-failure.ts'
import { siblingScript, type PgliteThread, startPgliteThread, type UnopenedPglite } from './pglite-thread.ts'
import { findTemplate } from './template.ts'

const CREATE_TIMEOUT_MS = 120_000

/** PostgreSQL's files, ready to be opened. */
export interface Cluster {
  readonly folder: string
  /** Fills the folder when it is opened for the first time. */
  readonly template?: string
}

/**
 * Makes the PostgreSQL files of a data directory, which the caller has locked, where there are none: by initdb (some
 * seconds, in a process that has begun when this returns), unless there is a template. What a death has left half-made
 * is thrown away and made again.
 * @throws MetaError DISK_FULL or DATABASE_UNAVAILABLE
 */
export async function prepareCluster(directory: string, templateFolders?: readonly string[]): Promise<Cluster> {
  const folder = path.join(directory, 'pglite')
  if (existsSync(markerOf(directory))) return { folder }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const template = findTemplate(templateFolders)
  if (template !== undefined) return { folder, template }
  await initialise(folder)
  return { folder }
}

/** Opens a directory's PostgreSQL files. A template takes under a second. Errors: see `UnopenedPglite`. */
export async function openCluster(
  directory: string,
  { folder, template }: Cluster,
  unopened: UnopenedPglite = startPgliteThread(),
): Promise<PgliteThread> {
  const marker = markerOf(directory)
  const isNew = !existsSync(marker)
  const thread = await unopened.open({ directory: folder, ...(isNew && template !== undefined && { template }) })
  if (!isNew) return thread
  try {
    await writeFile(marker, '')
  } catch (error) {
    await thread.close()
    throw databaseFailure(String(error), directory, error)
  }
  return thread
}

/** Written last: without it nobody has stored anything in the cluster yet. */
function markerOf(directory: string): string {
  return path.join(directory, 'pglite.complete')
}

/** initdb in a process of its own: the memory it needs (0.8 GB) would stay with the daemon. */
async function initialise(cluster: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [fileURLToPath(siblingScript('initialise-cluster')), cluster], {
      timeout: CREATE_TIMEOUT_MS,
      env: {},
    })
  } catch (error) {
    throw databaseFailure(String(error), cluster, error)
  }
}
