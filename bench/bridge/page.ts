import { cpus, loadavg } from 'node:os'
import type { SpeedRow } from './measure-speed.ts'
import type { StartRow } from './measure-start.ts'

/** What fleet-main.ts prints. */
export interface FleetFigures {
  readonly count: number
  readonly active: number
  readonly asleepMiBPerServer: number
  readonly activeMiBPerServer: number
  readonly bridgeMiB: number
  readonly childMiB: number
  readonly wakeP50Ms: number
  readonly wakeP99Ms: number
}

/** What was measured, as a page of Markdown. */
export function resultsPage(rows: readonly SpeedRow[], starts: readonly StartRow[], fleet: FleetFigures): string {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.versions.node}`
  const load = `load average ${(loadavg()[0] ?? 0).toFixed(1)} at the end`
  const roads = [...new Set(rows.map(({ road }) => road))]
  return [
    '# The bridge beside others',
    `Written by \`npm run bench:bridge\` on ${new Date().toISOString().slice(0, 10)}: ${machine}, ${load}.`,
    'The same echo server behind all. All are measured in turn, round by round; each figure is the median of the rounds. ' +
      'The bare server is the SDK over HTTP in one process, without a bridge; "added" and "of bare" compare with it. ' +
      'Processor time is that of the bridge and its children together.',
    ...roads.flatMap((road) => [`## Calls by ${road}`, table(rows.filter((row) => row.road === road))]),
    '## Starts, and 64 clients at once',
    startTable(starts),
    `## ${fleet.count} servers, ${fleet.active} of them awake`,
    fleetTable(fleet),
  ]
    .join('\n\n')
    .concat('\n')
}

function table(rows: readonly SpeedRow[]): string {
  const lines = rows.map((row) => {
    const { callsPerSecond, p50Ms, cpuMsPerCall } = row.figures
    const bare = rows.find(({ clients, contestant }) => clients === row.clients && contestant.startsWith('bare'))
    const added = p50Ms - (bare?.figures.p50Ms ?? NaN)
    const share = callsPerSecond / (bare?.figures.callsPerSecond ?? NaN)
    const cells = [
      row.clients,
      row.contestant,
      Math.round(callsPerSecond),
      share.toFixed(2),
      `${p50Ms.toFixed(3)} ms`,
      `${added.toFixed(3)} ms`,
      `${cpuMsPerCall.toFixed(3)} ms`,
    ]
    return `| ${cells.join(' | ')} |`
  })
  return [
    '| clients | | calls/s | of bare | p50 | added | processor time a call |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

function startTable(starts: readonly StartRow[]): string {
  return [
    '| | start to first answer | 64 clients at once | processes then |',
    '| --- | --- | --- | --- |',
    ...starts.map(
      ({ contestant, firstAnswerMs, crowdMs, processes }) =>
        `| ${contestant} | ${Math.round(firstAnswerMs)} ms | ${Math.round(crowdMs)} ms | ${processes} |`,
    ),
  ].join('\n')
}

function fleetTable(fleet: FleetFigures): string {
  const rows: readonly (readonly [what: string, value: number, unit: string])[] = [
    ['memory of the bridge for each server that sleeps', fleet.asleepMiBPerServer, 'MiB'],
    ['memory of the bridge for each server that is awake, besides', fleet.activeMiBPerServer, 'MiB'],
    ['the whole process with all of them', fleet.bridgeMiB, 'MiB'],
    ['memory of a server itself', fleet.childMiB, 'MiB'],
    ['a first call that wakes a server, p50', fleet.wakeP50Ms, 'ms'],
    ['a first call that wakes a server, p99', fleet.wakeP99Ms, 'ms'],
  ]
  return [
    '| | |',
    '| --- | --- |',
    ...rows.map(([what, value, unit]) => `| ${what} | ${value.toFixed(1)} ${unit} |`),
  ].join('\n')
}
