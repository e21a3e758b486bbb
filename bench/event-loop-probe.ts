/**
 * Preloaded into a daemon (`node --import`): watches how long its event loop waits, and at SIGUSR2 writes a
 * `LoopReport` to the file that BENCH_LOOP_REPORT names, then starts anew.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

export interface LoopReport {
  /** The longest time between two turns of the loop beyond what was asked for. */
  readonly longestMs: number
  readonly p99Ms: number
  /** The longest stretch that the thread itself computed. What is missing to `longestMs` others took from the CPU. */
  readonly longestOwnMs: number
}

const TICK_MS = 5

// The database's thread gets the same flags as the daemon's.
if (isMainThread) watch(process.env.BENCH_LOOP_REPORT ?? '')

function watch(file: string): void {
  const delays = monitorEventLoopDelay({ resolution: TICK_MS })
  delays.enable()
  let longestOwnMs = 0
  let before = ownCpuMs()
  setInterval(() => {
    const now = ownCpuMs()
    longestOwnMs = Math.max(longestOwnMs, now - before)
    before = now
  }, TICK_MS).unref()
  process.on('SIGUSR2', () => {
    const report: LoopReport = {
      longestMs: beyondTick(delays.max),
      p99Ms: beyondTick(delays.percentile(99)),
      longestOwnMs,
    }
    writeFileSync(`${file}.part`, JSON.stringify(report))
    renameSync(`${file}.part`, file)
    delays.reset()
    longestOwnMs = 0
    before = ownCpuMs()
  })
}

function beyondTick(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - TICK_MS)
}

function ownCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
