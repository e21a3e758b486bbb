import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MetaError } from '../../../../src/errors/meta-error.ts'
import { LOCAL_TENANT } from '../../../../src/model/ids.ts'
import { createWorkshop } from '../../../../src/pipeline/workshop/workshop.ts'
import { temporaryDirectory } from '../../../db/temporary-directory.ts'
import { memoryOf, workersOf } from '../../../pipeline/workers-of.ts'
import { bombs } from './bombs.ts'

/** More than the worker has when it has imported something small. */
const MEMORY_MB = 200
/** Each takes well under two seconds where nothing else runs (bench/threats); the factor is for machines that are busy. */
const TIME_MS = 15_000
const SMALL = 'openapi: 3.1.0\ninfo: {title: Small, version: "1"}\npaths: { /a: { get: { responses: {} } } }\n'

describe.skipIf(!existsSync('/proc/self/status'))('a bomb in the worker process', () => {
  it.each(Object.entries(bombs))('%s', { timeout: 2 * TIME_MS }, async (name, make) => {
    const text = make()
    await using folder = await temporaryDirectory()
    const limits = { atOnce: 1, idleMs: 60_000, timeoutMs: TIME_MS, memoryMiB: 640 }
    const workshop = createWorkshop({ cache: folder.path, ...limits })
    try {
      const read = (description: string) =>
        workshop.run('import-api', { text: description }, { tenantId: LOCAL_TENANT })
      await read(SMALL)
      const [worker = 0] = workersOf(process.pid)
      const { nowMb } = memoryOf(worker)
      const task = read(text)
      // Were the text read in this process, nothing else would come before the answer.
      let hasTurned = false
      setImmediate(() => (hasTurned = true))
      const outcome = await task.then(
        ({ operations }) => operations.length,
        (error: unknown) => error,
      )
      expect(outcome).toSatisfy(name.startsWith('as many') ? isRead : isReadOrRefused)
      expect(workersOf(process.pid)).toEqual([worker])
      expect(memoryOf(worker).peakMb - nowMb).toBeLessThan(MEMORY_MB)
      expect(hasTurned).toBe(true)
    } finally {
      await workshop.close()
    }
  })
})

/** What is just allowed. */
function isRead(outcome: unknown): boolean {
  return typeof outcome === 'number'
}

/** Few operations come of a bomb, or a clear error that tells what to do. */
function isReadOrRefused(outcome: unknown): boolean {
  if (typeof outcome === 'number') return outcome <= 2
  return outcome instanceof MetaError && outcome.code.startsWith('DESCRIPTION_') && outcome.fix !== ''
}
