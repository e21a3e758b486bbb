import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import { LOCAL_TENANT } from '../../../../src/model/ids.ts'
import { createWorkshop } from '../../../../src/pipeline/workshop/workshop.ts'
import { readProcessFile, workersOf } from '../../../pipeline/workers-of.ts'
import { bombs } from './bombs.ts'

const MEMORY_MIB = 300
/** A GraphQL schema is built whole, with a place in the text for each of its parts; the worker may take 640. */
const GRAPHQL_MEMORY_MIB = 480
/** Each takes well under two seconds where nothing else runs; the factor is for machines that are busy. */
const TIME_MS = 15_000

describe.skipIf(!existsSync('/proc/self/status'))('a bomb in the worker process', () => {
  it.each(Object.entries(bombs))('%s', { timeout: 2 * TIME_MS }, async (name, make) => {
    const text = make()
    const workshop = createWorkshop({ cache: tmpdir(), atOnce: 1, idleMs: 60_000, timeoutMs: TIME_MS, memoryMiB: 640 })
    try {
      const task = workshop.run('import-api', { text }, { tenantId: LOCAL_TENANT })
      const turns = countTurns()
      const outcome = await task.then(
        ({ operations }) => operations.length,
        (error: unknown) => error,
      )
      expect(outcome).toSatisfy(isReadOrRefused)
      expect(peakMemoryMiB(workersOf(process.pid)[0])).toBeLessThan(
        name.includes('GraphQL') ? GRAPHQL_MEMORY_MIB : MEMORY_MIB,
      )
      expect(turns()).toBeGreaterThan(0)
    } finally {
      await workshop.close()
    }
  })
})

/** Few operations come of a bomb, or a clear error that tells what to do. */
function isReadOrRefused(outcome: unknown): boolean {
  if (typeof outcome === 'number') return outcome <= 2
  return outcome instanceof MetaError && outcome.code.startsWith('DESCRIPTION_') && outcome.fix !== ''
}

/** How often this process's event loop has turned since. */
function countTurns(): () => number {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  return () => {
    clearInterval(timer)
    return turns
  }
}

/** The most that the process ever had in memory (VmHWM). */
function peakMemoryMiB(id: number | undefined): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readProcessFile(String(id), 'status'))?.[1]
  return Number(kibibytes ?? Number.NaN) / 1024
}
