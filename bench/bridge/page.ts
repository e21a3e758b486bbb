import { cpus, loadavg } from 'node:os'
import type { SpeedRow } from './measure-speed.ts'

/** What was measured, as a page of Markdown. */
export function resultsPage(rows: readonly SpeedRow[]): string {
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
