import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeScreens } from '../../scripts/screens/take-screens.ts'
import { chromiumPath } from '../e2e/chromium.ts'

const root = path.resolve(import.meta.dirname, '../..')
const screens = path.join(root, 'docs/screens')
const stored = readdirSync(screens).toSorted()

describe('the pictures in docs/screens', () => {
  it.each(stored)('have a page that shows them: %s', (picture) => {
    const pages = readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => path.join('docs', file))
    const showing = [...pages, 'README.md'].filter((page) => {
      const shown = path.relative(path.dirname(page), path.join('docs/screens', picture)).split(path.sep).join('/')
      return readFileSync(path.join(root, page), 'utf8').includes(`](${shown})`)
    })
    expect(showing).not.toEqual([])
  })

  it.skipIf(chromiumPath === undefined && !process.env.CI)(
    'can be taken anew, and the terminal says what it said; else run "npm run screens"',
    async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'mcpwright-screens-'))
      try {
        const taken = await takeScreens(folder)
        expect(taken.map((file) => path.basename(file)).toSorted()).toEqual(stored)
        for (const file of taken.filter((name) => name.endsWith('.png'))) {
          expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG')
          expect(readFileSync(file).length).toBeGreaterThan(10_000)
        }
        const [now, then] = [folder, screens].map((place) => readFileSync(path.join(place, 'terminal.svg'), 'utf8'))
        expect(withoutPorts(now ?? '')).toBe(withoutPorts(then ?? ''))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    90_000,
  )
})

function withoutPorts(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
}
