import { openCluster, prepareCluster } from './create-cluster.ts'
import { lockDataDirectory } from './data-directory-lock.ts'
import { type PgliteThread, startPgliteThread } from './pglite-thread.ts'

/** PGlite open on a data directory that is locked, before anything looked at its schema. */
export interface PreparedPglite extends AsyncDisposable {
  readonly folder: string
  readonly thread: PgliteThread
}

/**
 * Opens the PGlite of a directory, made when there is none. PGlite's program loads while its files are made: both have
 * begun when this returns, so that what the caller does next cannot hold them up.
 * @throws MetaError DATA_DIRECTORY_LOCKED, DISK_FULL or DATABASE_UNAVAILABLE
 */
export async function preparePglite(directory: string, templateFolders?: readonly string[]): Promise<PreparedPglite> {
  await using preparing = new AsyncDisposableStack()
  preparing.use(lockDataDirectory(directory))
  const unopened = startPgliteThread()
  // It may have been closed by then, and not have come to that.
  preparing.defer(() => unopened.terminate())
  const cluster = await prepareCluster(directory, templateFolders)
  const thread = await openCluster(directory, cluster, unopened)
  const resources = preparing.move()
  return { folder: cluster.folder, thread, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
