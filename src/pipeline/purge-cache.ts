import { rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { cacheFolder } from '../config/cache-folders.ts'
import { namesIn } from '../config/empty-folders.ts'
import { UNFINISHED } from '../../runtime/targets/cloudflare/wrangler/fetch-packages.ts'

/** No build and no fetch lasts so long: what is older was left by a process that was killed. */
const LEFT_AFTER_MS = 60 * 60_000

/** Removes what killed processes have left in the cache directory: projects, and packages that were being fetched. */
export async function purgeCache(cache: string, now: number): Promise<void> {
  const projects = cacheFolder(cache, 'projects')
  const wrangler = cacheFolder(cache, 'wrangler')
  const unfinished = (await namesIn(wrangler)).filter((name) => name.startsWith(UNFINISHED))
  const passing = [
    ...(await namesIn(projects)).map((name) => path.join(projects, name)),
    ...unfinished.map((name) => path.join(wrangler, name)),
  ]
  for (const folder of passing) {
    // It may be going by itself just now.
    const made = await stat(folder).catch(() => undefined)
    if (made && made.mtimeMs < now - LEFT_AFTER_MS) await rm(folder, { recursive: true, force: true })
  }
}
