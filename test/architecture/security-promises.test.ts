import { describe, expect, it } from 'vitest'
import { readSource, sourceFiles } from './source-files.ts'

/** One row of a table of promises: what is promised, and the files and names of its tests. */
interface Promised {
  readonly what: string
  readonly tests: readonly { readonly file: string; readonly names: readonly string[] }[]
}

const page = readSource('docs/security.md')
const tests = sourceFiles(['test'])
const promises = readPromises(page)

/** Rows whose last cell names test files; names in quotes belong to the file before them. */
function readPromises(text: string): Promised[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| ') && line.includes('.test.ts`'))
  return rows.map((row) => {
    const [what = '', cell = ''] = row.slice(2).split(' | ')
    const files = cell.split(/(?=`[\w./-]+\.test\.ts`)/).filter((part) => part.startsWith('`'))
    return {
      what,
      tests: files.map((part) => ({
        file: part.split('`')[1] ?? '',
        names: Array.from(part.matchAll(/"([^"]+)"/g), ([, name = '']) => name),
      })),
    }
  })
}

/** The tests that a page calls by a path, or by the end of one. */
function found(file: string): string[] {
  return tests.filter((each) => each === file || each.endsWith(`/${file}`))
}

describe('docs/security.md', () => {
  it.each([
    'Doors',
    'The way out',
    'Files and processes',
    'Secrets',
    'Logins',
    'Asking before something is destroyed',
    'Generated servers',
    'Code',
  ])('links what it promises under "%s" to tests', (title) => {
    const section = page.split(/^## /m).find((each) => each.startsWith(`${title}\n`)) ?? ''
    expect(readPromises(section).length).toBeGreaterThan(3)
  })

  it.each(promises.map(({ what, tests: linked }) => [what, linked] as const))('has tests for: %s', (_, linked) => {
    expect(linked).not.toEqual([])
    for (const { file, names } of linked) {
      expect(found(file), file).toHaveLength(1)
      const text = readSource(found(file)[0] ?? '')
      expect(names.filter((name) => !text.includes(name.replaceAll("'", "\\'")) && !text.includes(name))).toEqual([])
    }
  })

  it('names files of the product that exist', () => {
    const named = Array.from(
      page.matchAll(/`((?:src|runtime|bridge|generators)\/[\w./-]+\.ts)`/g),
      ([, file = '']) => file,
    )
    expect(named.length).toBeGreaterThan(5)
    const files = new Set(sourceFiles())
    expect(named.filter((file) => !files.has(file))).toEqual([])
  })
})
