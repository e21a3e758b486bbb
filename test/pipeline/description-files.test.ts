import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { createEgress } from '../../src/net/egress.ts'
import { readDescription } from '../../src/pipeline/read-description.ts'

const egress = createEgress({ allowLocal: new Set() })
let folder: string
let allowed: string

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'mcpwright-files-')))
  allowed = path.join(folder, 'a')
  await mkdir(path.join(allowed, 'inner'), { recursive: true })
  await mkdir(path.join(folder, 'ab'))
  for (const file of ['a/api.json', 'a/inner/api.yaml', 'a/notes.txt', 'ab/api.json', 'secret.json'])
    await writeFile(path.join(folder, file), `text of ${file}`)
  await symlink(path.join(folder, 'secret.json'), path.join(allowed, 'link.json'))
  await symlink(folder, path.join(allowed, 'up'))
  await symlink(path.join(allowed, 'api.json'), path.join(allowed, 'own.json'))
  await mkdir(path.join(allowed, 'folder.json'))
})
afterAll(async () => {
  await egress.close()
  await rm(folder, { recursive: true })
})

async function read(file: string, folders = [allowed]): Promise<string> {
  const config = loadConfig({ MCPWRIGHT_FILES: folders.join(path.delimiter) })
  return (await readDescription({ file }, { egress, config }, AbortSignal.timeout(5_000))).text
}

describe('a description in a file', () => {
  it.each([
    ['a/api.json', 'text of a/api.json'],
    ['a/inner/api.yaml', 'text of a/inner/api.yaml'],
    ['a/inner/../api.json', 'text of a/api.json'],
    ['a/own.json', 'text of a/api.json'],
  ])('is read below a folder that a person opened: %s', async (file, text) => {
    expect(await read(path.join(folder, file))).toBe(text)
  })

  it('is found by its path from such a folder, wherever the daemon was started', async () => {
    expect(await read('inner/api.yaml', [path.join(folder, 'ab'), allowed])).toBe('text of a/inner/api.yaml')
    await expect(read('../secret.json')).rejects.toMatchObject({ code: 'FILE_NOT_ALLOWED' })
  })

  it.each([
    'secret.json',
    'a/../secret.json',
    'a/inner/../../secret.json',
    'ab/api.json',
    'a/link.json',
    'a/up/secret.json',
    'a/notes.txt',
    'a/folder.json',
    'a/missing.json',
    'a/api.json\0.json',
    'a/..\\secret.json',
    'a',
  ])('is not read elsewhere, nor through a link that leads there: %j', async (file) => {
    await expect(read(`${folder}/${file}`)).rejects.toMatchObject({
      code: 'FILE_NOT_ALLOWED',
      message: expect.not.stringContaining('text of'),
      fix: expect.stringContaining(allowed),
    })
  })

  it.skipIf(process.platform === 'win32')('is not waited for in a pipe', async () => {
    const pipe = path.join(allowed, 'pipe.json')
    execFileSync('mkfifo', [pipe])
    await expect(read(pipe)).rejects.toMatchObject({ code: 'FILE_NOT_ALLOWED' })
  })

  it('is read nowhere until a person opened a folder', async () => {
    await expect(read(path.join(allowed, 'api.json'), [])).rejects.toMatchObject({
      code: 'FILE_NOT_ALLOWED',
      fix: expect.stringContaining('MCPWRIGHT_FILES='),
    })
  })
})
