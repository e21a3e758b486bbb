import { median } from '../figure.ts'
import { measureCalls, openClients, type CallFigures } from './calls.ts'
import type { Contestant, RunningContestant } from './contestants.ts'
import type { Road, RoadClient } from './roads.ts'

export interface SpeedRow {
  readonly contestant: string
  readonly road: string
  readonly clients: number
  /** Medians of the rounds. */
  readonly figures: CallFigures
}

export interface SpeedOptions {
  readonly road: Road
  readonly clientCounts: readonly number[]
  readonly rounds: number
  readonly sliceMs: number
}

/** Measures all contestants in turn, round by round, so that what else the machine does falls on each alike. */
export async function measureSpeed(contestants: readonly Contestant[], options: SpeedOptions): Promise<SpeedRow[]> {
  await using stack = new AsyncDisposableStack()
  const running: { name: string; server: RunningContestant }[] = []
  for (const { name, start } of contestants) running.push({ name, server: stack.use(await start()) })
  const rows: SpeedRow[] = []
  for (const count of options.clientCounts) rows.push(...(await measureCount(running, count, options)))
  return rows
}

async function measureCount(
  running: readonly { name: string; server: RunningContestant }[],
  count: number,
  { road, rounds, sliceMs }: SpeedOptions,
): Promise<SpeedRow[]> {
  const ready: { name: string; pid: number; clients: RoadClient[]; taken: CallFigures[] }[] = []
  for (const { name, server } of running) {
    ready.push({ name, pid: server.pid, clients: await openClients(road, server.port, count), taken: [] })
  }
  // The first round only warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const { pid, clients, taken } of ready) {
      const figures = await measureCalls(clients, pid, sliceMs)
      if (round > 0) taken.push(figures)
    }
  }
  for (const { clients } of ready) for (const client of clients) client.close()
  return ready.map(({ name, taken }) => ({
    contestant: name,
    road: road.name,
    clients: count,
    figures: mediansOf(taken),
  }))
}

function mediansOf(all: readonly CallFigures[]): CallFigures {
  return {
    callsPerSecond: median(all.map(({ callsPerSecond }) => callsPerSecond)),
    p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
    cpuMsPerCall: median(all.map(({ cpuMsPerCall }) => cpuMsPerCall)),
  }
}
