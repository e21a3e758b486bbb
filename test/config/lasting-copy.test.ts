import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lastingRoot, makeLastingCopy } from '../../src/config/lasting-copy.ts'
import { isInRunnerCache } from '../../src/config/runner-cache.ts'

let folder: string
let root: string
let home: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-copy-'))
  const modules = path.join(folder, '_npx', 'ab12', 'node_modules')
  root = path.join(modules, 'mcpwright')
  home = path.join(folder, 'home')
  await mkdir(root, { recursive: true })
  await mkdir(path.join(modules, 'commander'))
  await writeFile(path.join(root, 'package.json'), '{}')
  await writeFile(path.join(modules, 'commander', 'index.js'), 'export {}')
  await symlink('../commander/index.js', path.join(root, 'link'))
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('a package that its runner will remove', () => {
  it.each([
    ['/home/ada/.npm/_npx/ab12/node_modules/mcpwright', true],
    ['/home/ada/.cache/pnpm/dlx/ab12/node_modules/mcpwright', true],
    ['/tmp/xfs-1/dlx-99/node_modules/mcpwright', true],
    ['/tmp/bunx-1000-mcpwright/node_modules/mcpwright', true],
    [String.raw`C:\Users\Ada\AppData\Local\npm-cache\_npx\ab12\node_modules\mcpwright`, true],
    ['/usr/lib/node_modules/mcpwright', false],
    ['/home/ada/mcpwright', false],
  ])('is told by its folder: %s', (where, expected) => {
    expect(isInRunnerCache(where)).toBe(expected)
  })

  it('is copied once, also by several at once, with the packages it needs, to where it stays', async () => {
    const lasting = lastingRoot(root, '1.2.3', home)
    expect(lasting).toBe(path.join(home, 'app', '1.2.3', 'node_modules', 'mcpwright'))
    // Each start meets the others at another moment.
    for (const start of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      const made = await Promise.all(Array.from({ length: 8 }, () => makeLastingCopy(root, '1.2.3', home + start)))
      expect(made.filter(Boolean)).toHaveLength(1)
      expect(await readdir(path.join(home + start, 'app'))).toEqual(['1.2.3'])
    }
    expect(await makeLastingCopy(root, '1.2.3', home)).toBe(true)
    expect(await makeLastingCopy(root, '1.2.3', home)).toBe(false)
    expect(await readFile(path.join(lasting, '..', 'commander', 'index.js'), 'utf8')).toBe('export {}')
    expect(await readdir(path.join(home, 'app'))).toEqual(['1.2.3'])
    await rm(path.join(folder, '_npx'), { recursive: true })
    expect(await readlink(path.join(lasting, 'link'))).toBe('../commander/index.js')
    expect(await readFile(path.join(lasting, 'link'), 'utf8')).toBe('export {}')
  })

  it('stays where it is when it was installed', async () => {
    const installed = path.join(folder, 'lib', 'node_modules', 'mcpwright')
    expect(lastingRoot(installed, '1.2.3', home)).toBe(installed)
    expect(await makeLastingCopy(installed, '1.2.3', home)).toBe(false)
  })
})
