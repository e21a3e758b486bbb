import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emitProject } from '../../generators/project/emit-project.ts'
import { bundleWorker } from '../../src/pipeline/workshop/bundle-worker.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { sampleDefinition } from '../generators/project/sample-definition.ts'

let cache: string

beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-cache-'))
})

afterAll(() => rm(cache, { recursive: true, force: true }))

const files = emitProject(sampleDefinition, projectSurroundings())

describe('the bundle of a Worker', () => {
  it('is the same wherever the project lies', async () => {
    const modules = await bundleWorker(files, cache)
    expect(await bundleWorker(files, path.join(cache, 'some', 'other', 'place'))).toEqual(modules)
  })

  it('holds the operations as data, apart from the code', async () => {
    const withProto = files['src/operations.json']?.replace('"properties": {', '"properties": {"__proto__": {},')
    const modules = await bundleWorker({ ...files, 'src/operations.json': withProto ?? '' }, cache)
    const own = Object.entries(modules).filter(([name]) => name !== 'operations.mjs')
    for (const [, text] of own) expect(text).not.toContain('/books/{book_id}')
    const data = `data:text/javascript,${encodeURIComponent(modules['operations.mjs'] ?? '')}`
    const { default: read } = await import(/* @vite-ignore */ data)
    expect(read).toEqual(JSON.parse(withProto ?? ''))
    expect(Object.keys(read.operations[0].inputSchema.properties)).toContain('__proto__')
  })

  it('starts with at most 130 kB, compressed', async () => {
    const modules = await bundleWorker(files, cache)
    expect(startUp(modules).join('\n')).toContain('tools/call')
    expect(gzipSync(startUp(modules).join('\n')).length).toBeLessThan(130_000)
  })

  it('holds logins apart, where only they are loaded', async () => {
    const modules = await bundleWorker(files, cache)
    expect(startUp(modules).filter(isOfLogins)).toEqual([])
    expect(Object.keys(modules).filter((name) => isOfLogins(modules[name] ?? ''))).toEqual([
      expect.stringMatching(/^login-guard-/),
    ])
  })

  it('takes in nothing from outside of the project', async () => {
    const entry = `import '${path.resolve(import.meta.dirname, '../../src/model/turns.ts')}'\nexport default {}\n`
    await expect(bundleWorker({ ...files, 'src/entries/worker.ts': entry }, cache)).rejects.toThrow('none of it')
  })
})

function isOfLogins(text: string): boolean {
  return text.includes('/oauth/register')
}

/** The entry with all that it imports before it runs. */
function startUp(modules: Readonly<Record<string, string>>, name = 'worker.mjs', seen = new Set<string>()): string[] {
  if (seen.has(name) || name === 'operations.mjs') return []
  seen.add(name)
  const text = modules[name] ?? ''
  const imported = Array.from(text.matchAll(/(?:from|import)"\.\/([\w.-]+)"/g), ([, found = '']) => found)
  return [text, ...imported.flatMap((found) => startUp(modules, found, seen))]
}
