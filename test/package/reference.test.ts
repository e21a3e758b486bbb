import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { referencePages } from '../../scripts/reference/pages.ts'
import { settings } from '../../src/config/settings.ts'
import { ERROR_CODES } from '../../src/errors/codes.ts'
import { sourceFiles } from '../architecture/source-files.ts'

const root = path.resolve(import.meta.dirname, '../..')
const folder = path.join(root, 'docs/reference')
const pages = referencePages()

describe('docs/reference', () => {
  it.each(Object.keys(pages))('has %s as the product is now; else run "npm run reference"', (name) => {
    expect(readFileSync(path.join(folder, name), 'utf8')).toBe(pages[name])
  })

  it('has no other pages', () => {
    expect(readdirSync(folder).toSorted()).toEqual(Object.keys(pages).toSorted())
  })

  it('has every setting that is read', () => {
    const readers = ['load-config.ts', 'network-config.ts', 'cloudflare-config.ts'].map((file) =>
      readFileSync(path.join(root, 'src/config', file), 'utf8'),
    )
    const names = new Set(readers.join('\n').match(/\b(?:MCPWRIGHT|DATABASE|[A-Z]+(?=_PROXY))_[A-Z_]*[A-Z]/g))
    names.delete('MCPWRIGHT_RELAUNCHED')
    expect(settings.map(({ name }) => name).toSorted()).toEqual([...names].toSorted())
  })

  it('has no error that nothing throws', () => {
    const texts = sourceFiles()
      .filter((file) => !/src\/errors\/(codes|meanings)\.ts$/.test(file))
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
    expect(ERROR_CODES.filter((code) => !texts.some((text) => text.includes(`'${code}'`)))).toEqual([])
  })
})
