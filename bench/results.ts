import { cpus, loadavg, totalmem } from 'node:os'
import { type Figure, judge, median } from './figure.ts'

export interface Section {
  readonly title: string
  readonly figures: readonly Figure[]
  readonly note?: string
}

/** The results as a page of Markdown, with the date and the machine's size. */
export function resultsPage(sections: readonly Section[], loadBefore: number, command = 'npm run bench'): string {
  const [cpu] = cpus()
  const machine = [
    `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `load average ${loadBefore.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`,
  ]
  return [
    '# Speed and memory',
    `Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}: ${machine.join(', ')}.`,
    'A figure is ok when its worst run is. MB are millions of bytes.',
    ...sections.flatMap(({ title, figures, note }) => [`## ${title}`, table(figures), ...(note ? [note] : [])]),
  ]
    .join('\n\n')
    .concat('\n')
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, limit, unit, values } = figure
    const cells = [
      what,
      limit === undefined ? '' : `${limit} ${unit}`,
      show(median(values), unit),
      `${show(Math.max(...values), unit)} of ${values.length}`,
      judge(figure),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return ['| figure | asked: at most | median | worst | |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function show(value: number, unit: Figure['unit']): string {
  const digits = Math.abs(value) < 1 ? 2 : Math.abs(value) < 10 ? 1 : 0
  return `${value.toFixed(digits)} ${unit}`
}
