import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheFolder, CACHES } from '../../src/config/cache-folders.ts'
import { isOurs, removeData, removePassing } from '../../src/config/data-entries.ts'
import { readSource, sourceFiles } from '../architecture/source-files.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'mcpwright-data-'))
  for (const folder of ['database', 'app', 'cache', 'projects', 'cache/templates']) await mkdir(path.join(home, folder))
  for (const file of ['token', 'master-key', 'token.4711', 'starting', 'notes.txt', 'photo.1'])
    await writeFile(path.join(home, file), '')
})

afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

const directories = (isChosen: boolean) => ({ home, cache: path.join(home, 'cache'), isChosen, personHome: tmpdir() })
const OWN = ['notes.txt', 'photo.1', 'projects']

describe('the data of a home', () => {
  it('go by their names where a person keeps other things too, and those are named', async () => {
    const left = await removeData(directories(true))
    expect((await readdir(home)).toSorted()).toEqual(OWN)
    expect(left.toSorted()).toEqual(OWN.map((name) => path.join(home, name)))
  })

  it('are all of it where nobody chose the place', async () => {
    expect(await removeData(directories(false))).toEqual([])
    expect(existsSync(home)).toBe(false)
  })

  it('stay when they are to be kept, without what they do not need', async () => {
    await removePassing(directories(false))
    const kept = [...OWN, 'database', 'master-key', 'token', 'token.4711']
    expect((await readdir(home)).toSorted()).toEqual(kept.toSorted())
  })

  it('may be gone already', async () => {
    await rm(home, { recursive: true })
    expect(await removeData(directories(true))).toEqual([])
    expect(await removeData(directories(false))).toEqual([])
  })
})

describe('the cache of a home', () => {
  it('goes with the program where the platform keeps caches, data or not, and what is not ours stays', async () => {
    const cache = path.join(home, 'photo.1', 'caches')
    await rm(path.join(home, 'photo.1'))
    for (const name of CACHES) await mkdir(path.join(cacheFolder(cache, name), 'in it'), { recursive: true })
    await writeFile(path.join(cache, 'theirs'), '')
    const place = { home, cache, isChosen: false, personHome: home }
    await removePassing(place)
    expect(await readdir(cache)).toEqual(['theirs'])
    await rm(path.join(cache, 'theirs'))
    await removePassing(place)
    expect(existsSync(path.join(home, 'photo.1'))).toBe(false)
  })

  it('has no folder that uninstall does not know', () => {
    const named = /join\((?:\w+\.)?cache, ['"`]/
    expect(sourceFiles(['src', 'runtime', 'bridge']).filter((file) => named.test(readSource(file)))).toEqual([])
  })
})

describe('a name in the data directory', () => {
  it('is known to uninstall wherever the product writes one', () => {
    const written = sourceFiles(['src', 'runtime', 'bridge']).flatMap((file) =>
      Array.from(
        readSource(file).matchAll(/join\((?:\w+\.)?(?:home|dataDirectory), '([\w.-]+)'/g),
        ([, name = '']) => name,
      ),
    )
    expect(written.length).toBeGreaterThan(10)
    expect(written.filter((name) => !isOurs(name))).toEqual([])
  })
})
