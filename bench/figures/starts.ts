import { type BenchHomeOptions, openBenchHome } from '../bench-home.ts'
import type { Figure } from '../figure.ts'

export interface StartOptions extends Pick<BenchHomeOptions, 'installation' | 'templates'> {
  /** What is started, for the figures' names. */
  readonly label: string
  readonly firstStarts: number
  readonly laterStarts: number
}

interface Start {
  readonly listMs: number
  readonly answerMs: number
}

/**
 * From the start of a stdio door to its first tool list, and to its first answer that needs the database: in a new
 * data directory with no compiled code, in one that was used before, and where the daemon runs already.
 */
export async function measureStarts(options: StartOptions): Promise<Figure[]> {
  const first: Start[] = []
  const later: Start[] = []
  const running: Start[] = []
  for (let run = 0; run < options.firstStarts; run++) {
    await using home = openBenchHome(options)
    first.push(await start(home))
    if (run > 0) continue
    for (let again = 0; again < options.laterStarts; again++) {
      running.push(await start(home))
      await home.stopDaemon()
      later.push(await start(home))
    }
  }
  const figures = (label: string, starts: readonly Start[], answerLimit: number): Figure[] => [
    {
      what: `${options.label}, ${label}: first tool list`,
      unit: 'ms',
      limit: 400,
      values: starts.map(({ listMs }) => listMs),
    },
    {
      what: `${options.label}, ${label}: first answer from the database`,
      unit: 'ms',
      limit: answerLimit,
      values: starts.map(({ answerMs }) => answerMs),
    },
  ]
  return [
    ...figures('very first start', first, 4_000),
    ...figures('later start', later, 1_000),
    ...figures('daemon running', running, 1_000),
  ]
}

async function start(home: ReturnType<typeof openBenchHome>): Promise<Start> {
  const started = performance.now()
  await using door = await home.connect()
  await door.client.listTools()
  const listMs = performance.now() - started
  await door.client.callTool({ name: 'list_servers', arguments: {} }, { timeout: 60_000 })
  return { listMs, answerMs: performance.now() - started }
}
