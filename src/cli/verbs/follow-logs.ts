import { setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { Terminal } from '../terminal.ts'
import { readResult } from './read-result.ts'
import { openSession, type RunOptions } from './run-tool.ts'

interface LogLine {
  readonly at: string
  readonly level: string
  readonly message: string
}

const POLL_MS = 1_000

/**
 * Prints a server's log, and with `follow` what comes to it until Ctrl-C. With `json` each line is an object.
 * @throws MetaError as get_logs does
 */
export async function showLogs(
  input: Readonly<Record<string, unknown>>,
  { follow, signal, ...options }: RunOptions & { readonly follow?: boolean | undefined; readonly signal: AbortSignal },
): Promise<number> {
  await using session = await openSession(options)
  const read = async (more: object) =>
    readResult<LogPage>(await session.call('get_logs', { ...input, ...more }, () => {}))
  const { lines: first, problem } = await read({})
  // Beside the log, which a script may read.
  if (problem !== undefined) console.error(problem)
  for (const line of first) show(line, options)
  if (!follow) return 0
  let shown = first
  while (!signal.aborted) {
    await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    const lines = await readSince(shown.at(-1)?.at, read)
    for (const line of after(shown, lines)) show(line, options)
    if (lines.length > 0) shown = lines
  }
  return 0
}

/** All lines since a time, that time's own too. A page holds the newest; its cursor leads to those before. */
async function readSince(
  at: string | undefined,
  read: (more: object) => Promise<LogPage>,
): Promise<readonly LogLine[]> {
  const since = at === undefined ? {} : { since: at }
  const pages: (readonly LogLine[])[] = []
  for (let cursor: string | undefined; ;) {
    const page = await read({ ...since, limit: 500, ...(cursor !== undefined && { cursor }) })
    pages.unshift(page.lines)
    cursor = page.next_cursor
    if (cursor === undefined) return pages.flat()
  }
}

/** Of lines since the newest one that was shown, those that were not: that time's own come again. */
function after(shown: readonly LogLine[], lines: readonly LogLine[]): readonly LogLine[] {
  const at = shown.at(-1)?.at
  const ofThatTime = (line: LogLine): boolean => line.at === at
  const known = shown.filter(ofThatTime).length
  return lines.filter(ofThatTime).length >= known ? lines.slice(known) : lines
}

interface LogPage {
  readonly lines: readonly LogLine[]
  /** What is the matter with the server where it runs. */
  readonly problem?: string
  readonly next_cursor?: string
}

function show(line: LogLine, { json, terminal }: { readonly json?: boolean | undefined; readonly terminal: Terminal }) {
  if (json) return terminal.say(JSON.stringify(line))
  const level = line.level.padEnd(7)
  const colour = line.level === 'error' ? 'red' : line.level === 'warning' ? 'yellow' : 'dim'
  terminal.say(`${line.at} ${terminal.hasColours ? styleText(colour, level) : level} ${line.message}`)
}
