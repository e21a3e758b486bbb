import { formatValues } from './format-value.ts'
import { host } from './host.ts'
import { tell } from './tell.ts'

const MOST_CHARACTERS = 64 * 1024

/** Writes a line of the run's logs; a very long one is cut. */
export function writeLog(level: 'debug' | 'info' | 'warning' | 'error', message: string): void {
  const shown = message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}… (cut)` : message
  written += shown.length + 16
  // The first line over the limit goes out too, to show where logs end.
  if (isFull) return
  isFull = written > host.limits.logBytes
  host.log(level, shown)
}

let written = 0
let isFull = false
let indent = ''
const counts = new Map<string, number>()
const timersMs = new Map<string, number>()

function write(level: 'debug' | 'info' | 'warning' | 'error', values: unknown[]): void {
  const text = formatValues(values)
  const line = indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`)
  // A deployed server's log shows it while the code still runs.
  tell({ kind: 'log', level, message: line })
  writeLog(level, line)
}

/** The console (Console standard), written to the run's logs and told to the broker. */
export const console = {
  log: (...values: unknown[]) => write('info', values),
  info: (...values: unknown[]) => write('info', values),
  debug: (...values: unknown[]) => write('debug', values),
  warn: (...values: unknown[]) => write('warning', values),
  error: (...values: unknown[]) => write('error', values),
  trace: (...values: unknown[]) => write('debug', ['Trace:', ...values]),
  dir: (value: unknown) => write('info', [value]),
  table: (value: unknown) => write('info', [value]),
  assert(condition?: unknown, ...values: unknown[]) {
    if (!condition) write('error', values.length > 0 ? ['Assertion failed:', ...values] : ['Assertion failed'])
  },
  count(label: unknown = 'default') {
    const count = (counts.get(String(label)) ?? 0) + 1
    counts.set(String(label), count)
    write('info', [`${String(label)}: ${count}`])
  },
  countReset: (label: unknown = 'default') => void counts.delete(String(label)),
  group(...values: unknown[]) {
    if (values.length > 0) write('info', values)
    indent += '  '
  },
  groupEnd() {
    indent = indent.slice(2)
  },
  time: (label: unknown = 'default') => void timersMs.set(String(label), Date.now()),
  timeLog: (label: unknown = 'default') => writeTime(String(label)),
  timeEnd(label: unknown = 'default') {
    writeTime(String(label))
    timersMs.delete(String(label))
  },
}

function writeTime(label: string): void {
  const started = timersMs.get(label)
  if (started !== undefined) write('info', [`${label}: ${Date.now() - started}ms`])
}
