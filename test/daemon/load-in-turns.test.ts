import { execFile } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const subject = pathToFileURL(path.resolve(import.meta.dirname, '../../src/daemon/load-in-turns.ts')).href

/** In a process of its own: here the packages may be loaded already. */
async function inFreshNode(script: string): Promise<unknown> {
  const head = `
    import { createRequire } from 'node:module'
    import { loadInTurns } from ${JSON.stringify(subject)}
    const { cache } = createRequire(import.meta.url)
    const files = (name) => Object.keys(cache).filter((file) => file.includes('/node_modules/' + name + '/')).length`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', head + script], {
    cwd: path.resolve(import.meta.dirname, '../..'),
  })
  return JSON.parse(stdout)
}

describe('packages loaded ahead', () => {
  it('leave nothing for the import that uses them, and other work has its turn between any two files', async () => {
    const script = `
      let turns = 0
      let isDone = false
      const count = () => { turns++; if (!isDone) setImmediate(count) }
      setImmediate(count)
      await loadInTurns(['undici', 'prom-client'], new AbortController().signal)
      isDone = true
      const loaded = [files('undici'), files('prom-client')]
      await import('undici')
      await import('prom-client')
      console.log(JSON.stringify({ turns, loaded, after: [files('undici'), files('prom-client')] }))`
    const { turns, loaded, after } = (await inFreshNode(script)) as Record<'loaded' | 'after', [number, number]> & {
      turns: number
    }
    expect(loaded).toEqual(after)
    expect(loaded[0]).toBeGreaterThan(50)
    expect(turns).toBeGreaterThanOrEqual(loaded[0])
  })

  it('stop when the process is about to leave', async () => {
    const script = `
      await loadInTurns(['undici'], AbortSignal.abort())
      console.log(JSON.stringify(files('undici')))`
    expect(await inFreshNode(script)).toBe(0)
  })
})
