import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Processor time that a process and its descendants have used, user and system: proc_pid_stat(5), fields 14 and 15. */
export function cpuMs(pid: number): number {
  return withDescendants(pid).reduce((sum, each) => sum + ownCpuMs(each), 0)
}

export function withDescendants(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(withDescendants)]
}

function ownCpuMs(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  // The name in parentheses may hold blanks; after it comes field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND) * 1_000
}

/** Empty for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
