import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../generators/project/emit-project.ts'
import { compareContents, contentsOf } from '../../src/model/build-contents.ts'
import { baseOf, type FileOverlay } from '../../src/model/file-overlay.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { bundleTools } from '../../src/pipeline/workshop/bundle-project.ts'
import { makeProject } from '../../src/pipeline/workshop/make-project.ts'
import { overlayFindings } from '../../src/pipeline/workshop/overlay-findings.ts'
import { refuseForeignSources } from '../../src/pipeline/workshop/overlay-sources.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { openProjectFolder } from '../../src/pipeline/workshop/project-folder.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'

let cache: string
beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-overlay-'))
})
afterAll(() => rm(cache, { recursive: true, force: true }))

const generated = emitProject({ ...sampleDefinition, revision: 0 }, projectSurroundings())

function overlay(file: string, text: string | null): FileOverlay {
  return { path: file, text, base: baseOf(generated, file) }
}

function edited(...overlays: readonly FileOverlay[]): ServerDefinition {
  return { ...sampleDefinition, overlays }
}

function replaced(file: string, old: string, text: string): FileOverlay {
  expect(generated[file]).toContain(old)
  return overlay(file, (generated[file] ?? '').replace(old, text))
}

describe('a build with files that were changed by hand', () => {
  it('has them in its files, digest and sandbox, and in no process that is not the sandbox', async () => {
    const plain = await makeProject(sampleDefinition, [], cache)
    const changed = await makeProject(
      edited(
        replaced('src/tools/shout.ts', 'text.toUpperCase()', "`${text.toUpperCase()} ${'MADE_BY_HAND'}`"),
        replaced('src/server.ts', 'return createMcpServer', "console.error('IN_THE_CHILD')\n  return createMcpServer"),
        replaced('src/lib/server/create-mcp-server.ts', 'import ', "console.error('IN_THE_CHILD')\nimport "),
      ),
      [],
      cache,
    )
    expect(changed.digest).not.toBe(plain.digest)
    expect(changed.files['src/server.ts']).toContain('IN_THE_CHILD')
    const { artefacts = {}, checks } = changed.made ?? {}
    expect(checks).toMatchObject([
      { name: 'types', ok: true },
      { name: 'bundle', ok: true },
    ])
    expect(artefacts['tools.mjs']).toContain('MADE_BY_HAND')
    expect(artefacts['local.mjs']).toBe(plain.made?.artefacts['local.mjs'])
  })

  it('fails with the place when their types are wrong', async () => {
    const building = makeProject(
      edited(replaced('src/tools/shout.ts', 'text.toUpperCase()', 'text.shout()')),
      [],
      cache,
    )
    await expect(building).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringMatching(/src\/tools\/shout\.ts:\d+:\d+ .*'shout' does not exist/),
      fix: expect.stringContaining('write_file'),
    })
  })

  it('refuses a file that decides what the compiler reads, whoever stored it', async () => {
    const building = makeProject(edited(overlay('tsconfig.json', '{ "extends": "/etc/a.json" }')), [], cache)
    await expect(building).rejects.toMatchObject({ code: 'FILE_NOT_ALLOWED' })
  })

  it('tells what was changed from version to version', () => {
    const [before, after] = [sampleDefinition, edited(overlay('NOTES.md', 'mine'))].map(contentsOf)
    expect(before && after && compareContents(before, after)).toEqual(['1 edited file added: NOTES.md'])
    expect(before && after && compareContents(after, before)).toEqual(['1 edited file removed: NOTES.md'])
  })
})

describe('a change by hand to what is generated otherwise now', () => {
  it('is a gate that shows both, and none where the generated text stayed', () => {
    const renamed = edited(
      { ...replaced('src/tools/shout.ts', 'toUpperCase', 'toLowerCase'), base: 'of another text' },
      overlay('NOTES.md', 'x'),
    )
    expect(overlayFindings(renamed)).toMatchObject([
      {
        id: 'F1:file/src/tools/shout.ts',
        weight: 'gate',
        problem: expect.stringMatching(/Generated: -.*toUpperCase.* By hand: \+.*toLowerCase/),
      },
    ])
  })
})

const refuse = (text: string) => () => refuseForeignSources([overlay('src/tools/shout.ts', text)])

describe('a file of a project takes nothing from outside of it:', () => {
  it.each([
    "import key from '/etc/key.json' with { type: 'json' }",
    "import text from '../../../../home/owner/notes.txt'",
    "export * from 'C:/keys.ts'",
    "export { a } from 'file:///etc/a.ts'",
    "const a = await import('../../../a.ts')",
    'const a = await import(`../../../../etc/${name}.json`)',
    'const a = await import(name)',
    "const a = require('/etc/a.json')",
    "const a = (require as any)!('/etc/a.json')",
    String.raw`const a = requ\u0069re('/etc/a.json')`,
    "const a = require.resolve('/etc/a.json')",
    "const a = await import.defer('/etc/a.ts')",
    "import a = require('/etc/a.json')",
    "type A = import('/etc/a.ts').A",
    "type A = typeof import('../../../a.ts')",
    "/// <reference path='/etc/a.ts' />",
    "/// <reference types='../../../a' />",
    "import pg from 'pg'",
    "import x from 'zod/../../../../etc/a.json'",
    "import x from '../node_modules/../../../a.ts'",
    "import x from '..\\\\..\\\\..\\\\a.ts'",
    "import x from 'data:text/javascript,1'",
    "declare module '/etc/a.json' { export const a: 1 }",
  ])('%s', (text) => {
    expect(refuse(text)).toThrow(expect.objectContaining({ code: 'IMPORT_NOT_ALLOWED' }))
  })

  it.each([
    "import { z } from 'zod'",
    "import { addDays } from 'date-fns/addDays'",
    "import type { ToolContext } from '../lib/tool-context.ts'",
    "import { readFile } from 'node:fs/promises'",
    'const text = "import x from \'/etc/passwd\'"',
  ])('but may have: %s', (text) => {
    expect(refuse(text)).not.toThrow()
  })
})

it('a bundle that took in a file from elsewhere is not given out', async () => {
  const outside = path.join(cache, 'key.json')
  await writeFile(outside, '{"key":"the key"}')
  const code = `import key from ${JSON.stringify(outside)}\nexport const code = key\n`
  const files = { ...generated, 'src/code.ts': code }
  await using project = await openProjectFolder(files, cache)
  await expect(bundleTools(project.folder, files)).rejects.toThrow('which is none of it')
})
