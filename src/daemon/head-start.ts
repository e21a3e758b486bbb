import { cacheFolder } from '../config/cache-folders.ts'
import type { Config } from '../config/load-config.ts'
import { removeScratch } from '../config/scratch.ts'
import { lockDataDirectory } from '../db/data-directory-lock.ts'
import { prepareDatabase, type PreparedDatabase } from '../db/open-database.ts'
import { packagedTemplates } from '../db/template.ts'

/** What a daemon begins before its own modules are loaded. */
export interface HeadStart {
  /** Makes this process the only daemon of its home. */
  readonly lock: AsyncDisposable
  readonly database: PreparedDatabase
}

/** @throws MetaError DATA_DIRECTORY_LOCKED when another daemon owns the data directory */
export function takeHeadStart(config: Config): HeadStart {
  const lock = lockDataDirectory(config.home)
  removeScratch(config.home)
  return { lock, database: prepareDatabase(databaseOptions(config)) }
}

/** Where a daemon's database is, and what fills a new one. */
export function databaseOptions({ databaseUrl, home, cache }: Config) {
  const templateFolders = [packagedTemplates(), cacheFolder(cache, 'templates')]
  return { databaseUrl, directory: home, templateFolders }
}
