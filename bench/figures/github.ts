import { setTimeout as sleep } from 'node:timers/promises'
import { githubFile, githubFolder, startGithubStandIn } from '../../demo/show-github.ts'
import { openBenchHome, type BenchHomeOptions } from '../bench-home.ts'
import { call } from '../call.ts'
import type { LoopReport } from '../event-loop-probe.ts'
import { type Figure, timed } from '../figure.ts'
import { type Peaks, residentMB, watchMemory } from '../process-memory.ts'

interface Run {
  readonly freshMB: number
  readonly importMs: number
  readonly checkMs: number
  readonly deployMs: number
  readonly callMs: number
  readonly searchMs: number
  readonly loop: LoopReport
  readonly peaks: Peaks
  readonly idleMB: number
}

/** V8 gives memory back some ten seconds after the last work. */
const IDLE_MS = 15_000

/** GitHub's 1,223 operations: import, deploy, search and the first call, with the memory and the daemon's event loop. */
export async function measureGithub(
  options: Pick<BenchHomeOptions, 'installation' | 'templates'>,
  runs: number,
): Promise<Figure[]> {
  const done: Run[] = []
  for (let run = 0; run < runs; run++) done.push(await measureOnce(options))
  const of = (value: (run: Run) => number): number[] => done.map(value)
  return [
    { what: 'import', unit: 'ms', limit: 3_000, values: of(({ importMs }) => importMs) },
    { what: 'check_server', unit: 'ms', limit: 1_500, values: of(({ checkMs }) => checkMs) },
    { what: 'deploy', unit: 'ms', values: of(({ deployMs }) => deployMs) },
    { what: 'first answered call after it', unit: 'ms', values: of(({ callMs }) => callMs) },
    {
      what: 'import, deploy, first answered call',
      unit: 'ms',
      limit: 8_000,
      values: of(({ importMs, deployMs, callMs }) => importMs + deployMs + callMs),
    },
    { what: 'first search_tools, which makes the index', unit: 'ms', values: of(({ searchMs }) => searchMs) },
    {
      what: "longest time that the daemon's event loop computed meanwhile",
      unit: 'ms',
      limit: 50,
      values: of(({ loop }) => loop.longestOwnMs),
    },
    {
      what: 'longest wait of that loop, with what others took of the CPU',
      unit: 'ms',
      values: of(({ loop }) => loop.longestMs),
    },
    { what: '99th percentile of its waits', unit: 'ms', values: of(({ loop }) => loop.p99Ms) },
    ...peakFigures(done.map(({ peaks }) => peaks)),
    { what: 'idle daemon, nothing imported yet', unit: 'MB', limit: 450, values: of(({ freshMB }) => freshMB) },
    { what: 'idle daemon, with GitHub deployed', unit: 'MB', limit: 450, values: of(({ idleMB }) => idleMB) },
  ]
}

function peakFigures(peaks: readonly Peaks[]): Figure[] {
  const names = new Set(peaks.flatMap((each) => [...each.keys()]))
  return [...names].map((name) => ({
    what: `peak memory: ${name}`,
    unit: 'MB',
    limit: 700,
    values: peaks.flatMap((each) => each.get(name) ?? []),
  }))
}

async function measureOnce(options: Pick<BenchHomeOptions, 'installation' | 'templates'>): Promise<Run> {
  await using standIn = await startGithubStandIn()
  const settings = { MCPWRIGHT_FILES: githubFolder, MCPWRIGHT_ALLOW_LOCAL: standIn.host }
  await using home = openBenchHome({ ...options, settings })
  await using daemon = await home.startWatchedDaemon()
  await using door = await home.connect()
  const { client } = door
  const server = 'github'
  const memory = watchMemory(
    new Map([
      ['daemon', daemon.pid],
      ['stdio door', door.pid],
    ]),
  )
  await call(client, 'init_server', { name: server, description: 'GitHub.' })
  await sleep(IDLE_MS)
  const freshMB = residentMB(daemon.pid)
  await daemon.reportLoop()
  const source = { server, file: githubFile, base_url: `http://${standIn.host}` }
  const importMs = await timed(() =>
    call(client, 'import_openapi', { ...source, preview: false, select: { all: true } }),
  )
  const checkMs = await timed(() => call(client, 'check_server', { server }))
  const deployMs = await timed(() => call(client, 'deploy', { server }))
  const input = { owner: 'octocat', repo: 'hello-world' }
  const callMs = await timed(() => call(client, 'read_tool', { server, tool: 'repos_get', arguments: input }))
  const searchMs = await timed(() => call(client, 'search_tools', { query: 'list open issues' }))
  const loop = await daemon.reportLoop()
  const peaks = memory.stop()
  await sleep(IDLE_MS)
  return { freshMB, importMs, checkMs, deployMs, callMs, searchMs, loop, peaks, idleMB: residentMB(daemon.pid) }
}
