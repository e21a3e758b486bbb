import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emitProject } from '../../generators/project/emit-project.ts'
import { renewProject } from '../../generators/project/renew-project.ts'
import { upgradeProject } from '../../src/cli/upgrade-project.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { writeFiles } from '../../src/pipeline/workshop/project-folder.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'
import { fakeTerminal } from './fake-terminal.ts'

const surroundings = projectSurroundings()
const current = emitProject(sampleDefinition, surroundings)
/** As an older mcpwright wrote it, and a person edited it. */
const old = {
  ...current,
  'src/lib/tool-context.ts': '// older\n',
  'src/lib/mine.ts': 'export {}\n',
  'src/tools/shout.ts': '// edited\n',
  'package.json': (current['package.json'] ?? '')
    .replace(`"minisearch": "${surroundings.versions.minisearch}"`, '"minisearch": "1.0.0", "left-pad": "1.3.0"')
    .replace('"private": true', '"private": true, "author": "me"'),
}

describe('a written project that is renewed', () => {
  it('gets this library and its versions, and keeps all else', () => {
    const renewed = renewProject(old, surroundings)
    expect(Object.keys(renewed?.changed ?? {}).toSorted()).toEqual(['package.json', 'src/lib/tool-context.ts'])
    expect(renewed?.changed['src/lib/tool-context.ts']).toBe(current['src/lib/tool-context.ts'])
    expect(JSON.parse(renewed?.changed['package.json'] ?? '')).toMatchObject({
      author: 'me',
      dependencies: { minisearch: surroundings.versions.minisearch, 'left-pad': '1.3.0' },
    })
    expect(renewed?.unknown).toEqual(['src/lib/mine.ts'])
    expect(renewProject(current, surroundings)).toEqual({ changed: {}, unknown: [] })
  })

  it('gets of the library what it has, with the packages that this needs', () => {
    const speaking = { ...current, 'src/lib/soap/soap-codec.ts': '// older\n' }
    const { changed = {} } = renewProject(speaking, surroundings) ?? {}
    expect(Object.keys(changed).filter((file) => !file.startsWith('src/lib/soap/'))).toEqual(['package.json'])
    expect(changed['package.json']).toContain('"saxes"')
    expect(changed).toHaveProperty(['src/lib/soap/soap-codec.ts'])
  })

  it.each([{}, { 'package.json': '{}' }, { ...current, 'package.json': 'no JSON' }])('is none: %#', (files) => {
    expect(renewProject(files, surroundings)).toBeUndefined()
  })
})

describe('mcpwright upgrade', () => {
  let folder: string
  const environment = { PATH: process.env.PATH }
  const lib = () => readFile(path.join(folder, 'src/lib/tool-context.ts'), 'utf8')
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...words], {
      env: environment,
    })
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-upgrade-'))
    await writeFiles(folder, old)
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('shows the difference and asks where git could not bring back what is there', async () => {
    const terminal = fakeTerminal([false, true])
    expect(await upgradeProject(folder, {}, environment, terminal)).toBe(1)
    expect(terminal.said()).toMatch(/^-\/\/ older$/m)
    expect(terminal.said()).toContain('src/lib/mine.ts is not of this library; it stays.')
    expect(await lib()).toBe('// older\n')
    expect(await upgradeProject(folder, {}, environment, terminal)).toBe(0)
    expect(await lib()).toBe(current['src/lib/tool-context.ts'])
    expect(await readFile(path.join(folder, 'src/tools/shout.ts'), 'utf8')).toBe('// edited\n')
    expect(await upgradeProject(folder, {}, environment, fakeTerminal())).toBe(0)
  })

  it('does not ask where all of it is committed, and does where something was changed since', async () => {
    git('init', '-q')
    git('add', '-A')
    git('commit', '-qm', 'as written')
    await writeFile(path.join(folder, 'NOTES.md'), 'not committed')
    await expect(upgradeProject(folder, {}, environment, fakeTerminal())).rejects.toMatchObject({
      code: 'CONFIRMATION_NEEDED',
    })
    await rm(path.join(folder, 'NOTES.md'))
    expect(await upgradeProject(folder, {}, environment, fakeTerminal())).toBe(0)
    expect(await lib()).toBe(current['src/lib/tool-context.ts'])
  })

  it('writes through no link, and refuses what is no project', async () => {
    const outside = path.join(folder, '..', `${path.basename(folder)}-outside`)
    await writeFile(outside, 'mine')
    try {
      await rm(path.join(folder, 'src/lib/tool-result.ts'))
      await symlink(outside, path.join(folder, 'src/lib/tool-result.ts'))
      const upgrading = upgradeProject(folder, { yes: true }, environment, fakeTerminal())
      await expect(upgrading).rejects.toMatchObject({ code: 'FILE_NOT_ALLOWED' })
      expect(await readFile(outside, 'utf8')).toBe('mine')
      const none = upgradeProject(path.join(folder, 'test'), { yes: true }, environment, fakeTerminal())
      await expect(none).rejects.toMatchObject({ code: 'FILE_NOT_ALLOWED' })
    } finally {
      await rm(outside)
    }
  })
})
