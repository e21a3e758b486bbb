import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFiles } from '../../src/pipeline/workshop/project-folder.ts'

let parent: string
let folder: string
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'mcpwright-folder-'))
  folder = path.join(parent, 'project')
  await mkdir(folder)
})
afterEach(() => rm(parent, { recursive: true }))

describe('a project on disk', () => {
  it('has its files where their paths say', async () => {
    await writeFiles(folder, { 'src/tools/a.ts': 'a', '.env.example': 'b', 'src/..hidden': 'c' })
    expect(await readFile(path.join(folder, 'src/tools/a.ts'), 'utf8')).toBe('a')
    expect(await readdir(folder)).toEqual(['.env.example', 'src'])
  })

  it.each([
    '../escaped',
    'src/../../escaped',
    '../project-sibling/escaped',
    '/tmp/escaped',
    '..\\escaped',
    'C:\\escaped',
    'C:escaped',
    '\\\\host\\share\\escaped',
    'escaped\0.ts',
    'src//escaped',
    './escaped',
    'src/.',
    '',
  ])('writes nothing at all when a path is %j', async (file) => {
    await expect(writeFiles(folder, { 'good.ts': 'good', [file]: 'escaped' })).rejects.toThrow('is not a path below')
    expect(await readdir(parent, { recursive: true })).toEqual(['project'])
  })

  it('follows no link, and replaces no file', async () => {
    const outside = path.join(parent, 'outside')
    await writeFile(outside, 'mine')
    await symlink(outside, path.join(folder, 'link.ts'))
    await expect(writeFiles(folder, { 'link.ts': 'theirs' })).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await readFile(outside, 'utf8')).toBe('mine')
  })
})
