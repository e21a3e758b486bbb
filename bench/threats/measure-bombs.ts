import { tmpdir } from 'node:os'
import { LOCAL_TENANT } from '../../src/model/ids.ts'
import { createWorkshop } from '../../src/pipeline/workshop/workshop.ts'
import { bombs } from '../../test/generators/importers/hostile/bombs.ts'
import { memoryOf, workersOf } from '../../test/pipeline/workers-of.ts'
import { type Figure, timed } from '../figure.ts'

/** What each bomb costs until it is read or refused, in a worker process of its own that has imported something small. */
export async function measureBombs(runs: number): Promise<{ times: Figure[]; memory: Figure[] }> {
  const times: Figure[] = []
  const memory: Figure[] = []
  for (const [what, make] of Object.entries(bombs)) {
    const text = make()
    const measured = []
    for (let run = 0; run < runs; run++) measured.push(await measureBomb(text))
    times.push({ what, unit: 'ms', limit: 2_000, values: measured.map(({ ms }) => ms) })
    memory.push({ what, unit: 'MB', limit: 200, values: measured.map(({ grownMb }) => grownMb) })
  }
  return { times, memory }
}

async function measureBomb(text: string): Promise<{ ms: number; grownMb: number }> {
  const workshop = createWorkshop({ cache: tmpdir(), atOnce: 1, idleMs: 60_000, timeoutMs: 60_000, memoryMiB: 640 })
  const read = (description: string) => workshop.run('import-api', { text: description }, { tenantId: LOCAL_TENANT })
  try {
    await read(SMALL)
    const [worker = 0] = workersOf(process.pid)
    const { nowMb } = memoryOf(worker)
    const ms = await timed(() => read(text).catch(() => {}))
    return { ms, grownMb: memoryOf(worker).peakMb - nowMb }
  } finally {
    await workshop.close()
  }
}

const SMALL = 'openapi: 3.1.0\ninfo: {title: Small, version: "1"}\npaths: { /a: { get: { responses: {} } } }\n'
