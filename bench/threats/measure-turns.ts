import { tmpdir } from 'node:os'
import { LOCAL_TENANT, type TenantId } from '../../src/model/ids.ts'
import { createWorkshop } from '../../src/pipeline/workshop/workshop.ts'
import { type Figure, timed } from '../figure.ts'

const OTHER_TENANT = '00000000-0000-7000-8000-000000000002' as TenantId
const CALLS = 20
const FLOOD = 200

/** How long the imports of one tenant take, one after the other: alone, and while another has asked for 200 at once. */
export async function measureTurns(): Promise<Figure[]> {
  const workshop = createWorkshop({ cache: tmpdir(), atOnce: 2, idleMs: 60_000, timeoutMs: 60_000, memoryMiB: 640 })
  const read = (tenantId: TenantId, title: string, signal?: AbortSignal) =>
    workshop.run('import-api', { text: describe(title) }, { tenantId, ...(signal && { signal }) })
  const calls = async (label: string): Promise<number[]> => {
    const taken: number[] = []
    for (let call = 0; call < CALLS; call++) taken.push(await timed(() => read(OTHER_TENANT, `${label} ${call}`)))
    return taken
  }
  try {
    // Both processes are warm.
    await Promise.all([read(OTHER_TENANT, 'one'), read(OTHER_TENANT, 'other')])
    const alone = await calls('alone')
    const giveUp = new AbortController()
    let done = 0
    const flood = Array.from({ length: FLOOD }, async (_, index) => {
      await read(LOCAL_TENANT, `flood ${index}`, giveUp.signal)
      done++
    })
    const flooded = await calls('flooded')
    console.error(`${done} of ${FLOOD} of the flood were done meanwhile.`)
    giveUp.abort()
    await Promise.allSettled(flood)
    return [figure('p50, alone', alone, 0.5), figure('p95, alone', alone, 0.95), ...floodedFigures(flooded)]
  } finally {
    await workshop.close()
  }
}

function floodedFigures(flooded: readonly number[]): Figure[] {
  return [figure('p50, beside 200 of another', flooded, 0.5), figure('p95, beside 200 of another', flooded, 0.95)]
}

function figure(what: string, taken: readonly number[], share: number): Figure {
  const sorted = taken.toSorted((left, right) => left - right)
  return { what, unit: 'ms', values: [sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN] }
}

/** 300 operations. */
function describe(title: string): string {
  const paths = Array.from({ length: 300 }, (_, path) => [`/p${path}`, { get: { responses: {} } }])
  const servers = [{ url: 'https://api.example.com' }]
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title, version: '1' },
    servers,
    paths: Object.fromEntries(paths),
  })
}
