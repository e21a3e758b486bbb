import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setImmediate as nextTurn } from 'node:timers/promises'

const require = createRequire(import.meta.url)

/** What the first call of a deployed server needs, but no start. */
export async function loadLate(signal: AbortSignal): Promise<void> {
  await loadInTurns(['undici', 'prom-client'], signal).catch((error: unknown) => console.error('Loading ahead:', error))
}

/**
 * Loads CommonJS packages whose whole would block the event loop (undici: 109 files, 60 ms), a file in a turn, those
 * that others need first. A later `import()` of one finds it there. What cannot be found is left to that import.
 */
export async function loadInTurns(packages: readonly string[], signal: AbortSignal): Promise<void> {
  for (const name of packages) {
    for (const file of filesInOrder(require.resolve(name))) {
      await nextTurn()
      if (signal.aborted) return
      require(file)
    }
  }
}

/** The files of a package that its entry leads to, each after the ones it needs. */
function* filesInOrder(file: string, seen = new Set<string>()): Generator<string> {
  if (seen.has(file)) return
  seen.add(file)
  for (const needed of neededBy(file)) yield* filesInOrder(needed, seen)
  yield file
}

/** Files of the same package that a file requires when it is loaded: an indented `require` waits for a call. */
function neededBy(file: string): string[] {
  const { resolve } = createRequire(file)
  const requires = readFileSync(file, 'utf8').matchAll(/^\S.{0,200}\brequire\('(\.[^']{1,200})'\)/gm)
  return Array.from(requires, ([, path = '']) => resolve(path)).filter((path) => path.endsWith('.js'))
}
