import { describe, expect, it } from 'vitest'
import { applyOverlays, baseOf, outdatedOverlays } from '../../src/model/file-overlay.ts'
import { placeOf, refusalOf } from '../../src/model/overlay-path.ts'

describe('changes put over generated files', () => {
  const generated = { 'a.md': 'a', 'b.md': 'b' }

  it('edit, add and delete, and leave the rest as it is', () => {
    const overlays = [
      { path: 'b.md', text: 'edited', base: baseOf(generated, 'b.md') },
      { path: 'c.md', text: 'added', base: null },
      { path: 'a.md', text: null, base: baseOf(generated, 'a.md') },
    ]
    expect(Object.entries(applyOverlays(generated, overlays))).toEqual([
      ['b.md', 'edited'],
      ['c.md', 'added'],
    ])
    expect(outdatedOverlays(generated, overlays)).toEqual([])
  })

  it('are outdated when the generated text changed, came or went, but not when it became what they say', () => {
    const edited = { path: 'a.md', text: 'x', base: baseOf(generated, 'a.md') }
    const added = { path: 'c.md', text: 'c', base: null }
    expect(outdatedOverlays({ 'a.md': 'other' }, [edited])).toEqual([edited])
    expect(outdatedOverlays({}, [edited])).toEqual([edited])
    expect(outdatedOverlays({ ...generated, 'c.md': 'came' }, [edited, added])).toEqual([added])
    expect(outdatedOverlays({ 'a.md': 'x', 'c.md': 'c' }, [edited, added])).toEqual([])
  })
})

describe('a file that may be changed by hand', () => {
  it.each([
    ['src/tools/get_book.ts', 'sandbox'],
    ['src/lib/call-operation.ts', 'sandbox'],
    ['src/shared/money.ts', 'sandbox'],
    ['src/notes.md', 'sandbox'],
    ['src/server.ts', 'taken-away'],
    ['src/entries/http.ts', 'taken-away'],
    ['test/server.test.ts', 'taken-away'],
    ['README.md', 'taken-away'],
    ['.gitignore', 'taken-away'],
    ['.env.example', 'taken-away'],
    ['LICENSE', 'taken-away'],
  ])('is %s, with its effect in: %s', (path, place) => {
    expect(refusalOf(path)).toBeUndefined()
    expect(placeOf(path)).toBe(place)
  })

  it.each([
    ['../outside.md', 'relative path'],
    ['/etc/passwd', 'relative path'],
    ['src//a.ts', 'relative path'],
    ['src/./a.ts', 'relative path'],
    ['C:\\a.ts', 'relative path'],
    ['src/a b.ts', 'relative path'],
    ['', 'relative path'],
    [`${'a'.repeat(200)}.md`, 'relative path'],
    ['node_modules/zod/index.ts', 'made by tools'],
    ['Dist/a.ts', 'made by tools'],
    ['.git/config', 'made by tools'],
    ['.env', 'secrets'],
    ['sub/.env.local', 'secrets'],
    ['src/operations.json', 'registry'],
    ['package.json', 'installed or run'],
    ['src/Package.json', 'installed or run'],
    ['tsconfig.json', 'installed or run'],
    ['.npmrc', 'installed or run'],
    ['build.mjs', 'installed or run'],
    ['.github/workflows/ci.yml', 'installed or run'],
    ['Dockerfile', 'installed or run'],
    ['src/tools/a.js', 'TypeScript'],
    ['src/a.tsx', 'TypeScript'],
    ['logo.png', 'no text'],
    ['__proto__', 'no text'],
    ['constructor', 'no text'],
  ])('is not %s', (path, reason) => {
    expect(refusalOf(path)).toContain(reason)
  })
})
