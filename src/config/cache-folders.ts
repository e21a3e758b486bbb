import path from 'node:path'

/** All that mcpwright writes into its cache directory, by name: what uninstall takes away again. */
export const CACHES = [
  /** Projects on disk while they are checked and bundled. */
  'projects',
  /** Migrated databases that new data directories are filled from. */
  'templates',
  /** Cloudflare's program, a folder a version, and what Node has compiled of it. */
  'wrangler',
] as const

/** @param cache  the cache directory (`Config.cache`) */
export function cacheFolder(cache: string, name: (typeof CACHES)[number]): string {
  return path.join(cache, name)
}
