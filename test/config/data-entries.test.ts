import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeData } from '../../src/config/data-entries.ts'

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

describe("the data of a home that holds a person's own things too", () => {
  it('go by their names, and the rest is named', async () => {
    const left = await removeData({ home, cache: path.join(home, 'cache') }, false)
    const own = ['notes.txt', 'photo.1', 'projects']
    expect((await readdir(home)).toSorted()).toEqual(own)
    expect(left.toSorted()).toEqual(own.map((name) => path.join(home, name)))
  })

  it('stay when they are to be kept, without what they do not need', async () => {
    expect(await removeData({ home, cache: path.join(home, 'cache') }, true)).toEqual([])
    expect((await readdir(home)).toSorted()).toEqual([
      'database',
      'master-key',
      'notes.txt',
      'photo.1',
      'projects',
      'token',
    ])
  })

  it('may be gone already', async () => {
    await rm(home, { recursive: true })
    expect(await removeData({ home, cache: path.join(home, 'cache') }, false)).toEqual([])
  })
})
