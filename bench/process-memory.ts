import { readdirSync, readFileSync } from 'node:fs'

/** Peak memory by what a process runs, in MB; of several alike, the highest. */
export type Peaks = ReadonlyMap<string, number>

const POLL_MS = 25

/**
 * Follows processes and all that they start, until `stop`.
 * A peak is VmHWM of proc_pid_status(5), read again and again, because children come and go.
 */
export function watchMemory(roots: ReadonlyMap<string, number>): { stop(): Peaks } {
  const names = new Map([...roots].map(([name, pid]) => [pid, name]))
  const last = new Map<number, { name: string; peakMB: number }>()
  function look(): void {
    for (const pid of withDescendants([...roots.values()])) {
      const peakMB = readStatus(pid, 'VmHWM')
      // The newest reading wins: between fork and exec a child shows its parent's memory.
      if (peakMB !== undefined) last.set(pid, { name: names.get(pid) ?? nameOf(pid), peakMB })
    }
  }
  const timer = setInterval(look, POLL_MS)
  return {
    stop() {
      clearInterval(timer)
      look()
      const peaks = new Map<string, number>()
      for (const { name, peakMB } of last.values()) peaks.set(name, Math.max(peaks.get(name) ?? 0, peakMB))
      return peaks
    },
  }
}

/** What a process holds now, in MB of a million bytes. */
export function residentMB(pid: number): number {
  return readStatus(pid, 'VmRSS') ?? 0
}

function readStatus(pid: number, field: 'VmHWM' | 'VmRSS'): number | undefined {
  const line = readProc(pid, 'status')?.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))
  return line ? (Number(line[1]) * 1024) / 1e6 : undefined
}

function withDescendants(roots: readonly number[]): Set<number> {
  const children = Map.groupBy(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    parentOf,
  )
  const found = new Set(roots)
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child)
  return found
}

/** The fourth field of proc_pid_stat(5); the second, a name in parentheses, may hold blanks. */
function parentOf(pid: number): number | undefined {
  const stat = readProc(pid, 'stat')
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** The program that a command line runs: a script for Node, else the command itself. */
function nameOf(pid: number): string {
  const words = (readProc(pid, 'cmdline') ?? '').split('\0').filter(Boolean)
  const script = words.find((word) => /\.(?:[cm]?[jt]s)$/.test(word))
  return (script ?? words[0] ?? 'unknown').split('/').at(-1) ?? 'unknown'
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}
