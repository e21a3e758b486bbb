import { readFileSync, writeFileSync } from 'node:fs'
import { createSandbox } from '../../../runtime/sandbox/create-sandbox.ts'
import { runnerProgram } from '../../../runtime/sandbox/runner-program.ts'
import type { Sandbox } from '../../../runtime/sandbox/sandbox.ts'
import { LIMITS } from './running.ts'

/** A sandbox of one runner at a time, whose memory is watched from outside. */
export interface WatchedLane {
  readonly sandbox: Sandbox
  /** Runs the work and tells the most resident memory that a runner had meanwhile, beside what it had at first. */
  watch<Value>(work: () => Promise<Value>): Promise<{ readonly value: Value; readonly memory: RunnerMemory }>
  close(): Promise<void>
}

export interface RunnerMemory {
  readonly startMiB: number
  readonly peakMiB: number
}

const LOOK_MS = 10

/** @param title  by which its processes are told from others */
export function openLane(title: string): WatchedLane {
  const program = runnerProgram()
  const named = { ...program, nodeArguments: [...program.nodeArguments, `--title=${title}`] }
  const sandbox = createSandbox({ limits: LIMITS, runners: 1, idleMs: 10_000, program: named })
  return {
    sandbox,
    async watch(work) {
      const peaks = new Map<number, number>()
      for (const pid of runnersNamed(title)) forgetPeak(pid)
      const [startMiB = SMALLEST_RUNNER_MIB] = runnersNamed(title).map((pid) => statusMiB(pid, 'VmRSS'))
      const look = (): void => {
        for (const pid of runnersNamed(title)) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, statusMiB(pid, 'VmHWM')))
      }
      const timer = setInterval(look, LOOK_MS)
      try {
        const value = await work()
        look()
        return { value, memory: { startMiB, peakMiB: Math.max(0, ...peaks.values()) } }
      } finally {
        clearInterval(timer)
      }
    },
    close: () => sandbox.close(),
  }
}

/** Where none has started yet. */
const SMALLEST_RUNNER_MIB = 60

function runnersNamed(title: string): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .filter((pid) => readProcess(pid, 'cmdline').startsWith(title))
}

/** proc(5): 5 sets the peak back to what is resident now. */
function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // It has ended meanwhile.
  }
}

function statusMiB(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readProcess(pid, 'status'))
  return Number(line?.[1] ?? 0) / 1024
}

function readProcess(pid: number, file: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
