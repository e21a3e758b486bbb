import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cacheFolder } from '../../src/config/cache-folders.ts'
import { purgeCache } from '../../src/pipeline/purge-cache.ts'

const NOW = Date.UTC(2026, 10, 1, 12)
const MINUTE_MS = 60_000
let cache: string

beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-purge-'))
})
afterEach(() => rm(cache, { recursive: true, force: true }))

async function make(kind: 'projects' | 'wrangler', name: string, ageMinutes: number): Promise<void> {
  const folder = path.join(cacheFolder(cache, kind), name)
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'package.json'), '{}')
  const made = new Date(NOW - ageMinutes * MINUTE_MS)
  await utimes(folder, made, made)
}

it('takes away projects and fetches of processes that were killed, and no others', async () => {
  await make('projects', 'build-old', 61)
  await make('projects', 'build-now', 10)
  await make('wrangler', 'unfinished-old', 61)
  await make('wrangler', 'unfinished-now', 1)
  await make('wrangler', '4.164.0-0123456789ab', 90_000)
  await purgeCache(cache, NOW)
  expect(await readdir(cacheFolder(cache, 'projects'))).toEqual(['build-now'])
  const kept = await readdir(cacheFolder(cache, 'wrangler'))
  expect(kept.toSorted()).toEqual(['4.164.0-0123456789ab', 'unfinished-now'])
})

it('has nothing to do in a cache that nobody has written to', async () => {
  await purgeCache(cache, NOW)
  expect(await readdir(cache)).toEqual([])
})
