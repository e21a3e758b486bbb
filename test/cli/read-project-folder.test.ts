import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readProjectFolder } from '../../src/cli/read-project-folder.ts'
import { defaults } from '../../src/config/defaults.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-read-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function put(file: string, text: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(folder, file)), { recursive: true })
  await writeFile(path.join(folder, file), text)
}

describe('the folder of an edited project', () => {
  it('gives its texts by path, without what tools made and without secrets', async () => {
    await put('src/tools/a.ts', 'a')
    await put('.gitignore', 'dist/\n')
    for (const file of ['node_modules/x/a.ts', 'dist/a.mjs', '.git/config', '.data/store.json', '.env'])
      await put(file, 'never read')
    await put('sub/node_modules/a.ts', 'never read')
    expect(await readProjectFolder(folder)).toEqual({
      files: { '.gitignore': 'dist/\n', 'src/tools/a.ts': 'a' },
      large: {},
      refused: [],
    })
  })

  it('refuses what is no text, follows no link, and takes the digest of what is large', async () => {
    await put('logo.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0xff]))
    await put('nul.md', 'a\0b')
    await put('src/operations.json', 'x'.repeat(defaults.files.bytes + 1))
    await symlink('/etc/passwd', path.join(folder, 'passwd.txt'))
    await symlink('/etc', path.join(folder, 'etc'))
    const { files, large, refused } = await readProjectFolder(folder)
    expect(files).toEqual({})
    expect(large).toEqual({ 'src/operations.json': expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(refused.map(({ file }) => file)).toEqual(['etc', 'logo.png', 'nul.md', 'passwd.txt'])
  })

  it('is refused where it is none, or holds far more than a project', async () => {
    await expect(readProjectFolder(path.join(folder, 'gone'))).rejects.toMatchObject({ code: 'FILE_NOT_ALLOWED' })
    await Promise.all(Array.from({ length: 2_001 }, (_, index) => put(`${index}.md`, '')))
    await expect(readProjectFolder(folder)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })
})
