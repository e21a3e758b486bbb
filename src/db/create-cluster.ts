import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { databaseFailure } from './database-failure.ts'
import { siblingScript, startPgliteThread, type PgliteThread } from './pglite-thread.ts'
import { findTemplate } from './template.ts'

const CREATE_TIMEOUT_MS = 120_000

/**
 * Opens the PostgreSQL files of a data directory, which the caller has locked. A new one is filled from a template
 * (under a second) or by initdb (some seconds). What a death has left half-made is thrown away and made again.
 */
export async function createCluster(directory: string, templateFolders?: readonly string[]): Promise<PgliteThread> {
  const cluster = path.join(directory, 'pglite')
  // Written last: without it nobody has stored anything in the cluster yet.
  const marker = path.join(directory, 'pglite.complete')
  if (existsSync(marker)) return startPgliteThread({ directory: cluster })

  await rm(cluster, { recursive: true, force: true })
  const template = await findTemplate(templateFolders)
  if (template === undefined) await initialise(cluster)
  const thread = await startPgliteThread({ directory: cluster, ...(template !== undefined && { template }) })
  try {
    await writeFile(marker, '')
  } catch (error) {
    await thread.close()
    throw databaseFailure(String(error), directory, error)
  }
  return thread
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
