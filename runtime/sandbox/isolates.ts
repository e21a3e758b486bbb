import type { Isolate } from 'isolated-vm'
import { ivm } from './load-addon.ts'
import type { RunnerJob } from './runner-messages.ts'

/** An isolate for the time of one run. */
export interface IsolateLease {
  readonly isolate: Isolate
  /** A run before this one has used it. */
  readonly isWarm: boolean
  /** That this run has used. */
  cpuMs(): number
  /** After a run that left nothing running. It may be kept for the next run of the same server. */
  giveBack(): void
  /** Ends whatever still runs in it. */
  dispose(): void
}

/** The isolates of a runner: at most one at a time. */
export interface Isolates {
  /** @param onBroken  V8 itself has given up */
  lease(job: RunnerJob, onBroken: () => void): IsolateLease
}

/** Contexts that are done with make V8's collection of garbage slow: of 500, it takes 60 ms; a new isolate takes 8. */
const KEPT_RUNS = 16
const KEPT_MS = 30_000
/** Of its memory: one that is fuller is not kept. */
const KEPT_SHARE = 0.5

/**
 * A fresh isolate for each run. A job with a `warmKey` gets the isolate of the run before it when key, bundle and
 * memory are the same: it holds the code of that server alone, and every run has a context of its own in it.
 */
export function createIsolates(): Isolates {
  let kept: Kept | undefined

  function dropKept(): void {
    clearTimeout(kept?.timer)
    if (kept && !kept.isolate.isDisposed) kept.isolate.dispose()
    kept = undefined
  }

  function takeKept({ warmKey, bundle, limits }: RunnerJob): Kept | undefined {
    const found = kept
    const isFitting =
      found !== undefined &&
      warmKey !== undefined &&
      found.warmKey === warmKey &&
      found.memoryMiB === limits.memoryMiB &&
      found.bundle === bundle &&
      !found.isolate.isDisposed
    if (!isFitting) return undefined
    clearTimeout(found.timer)
    kept = undefined
    return found
  }

  function lease(job: RunnerJob, onBroken: () => void): IsolateLease {
    const mine = takeKept(job) ?? open(job)
    dropKept()
    mine.onBroken = onBroken
    mine.runs++
    const { isolate } = mine
    const cpuBefore = isolate.cpuTime
    const dispose = (): void => {
      if (!isolate.isDisposed) isolate.dispose()
    }
    return {
      isolate,
      isWarm: mine.runs > 1,
      cpuMs: () => Number((isolate.cpuTime - cpuBefore) / 1_000_000n),
      giveBack() {
        if (!isWorthKeeping(mine)) return dispose()
        mine.timer = setTimeout(dropKept, KEPT_MS)
        kept = mine
      },
      dispose,
    }
  }

  return { lease }
}

interface Kept {
  readonly isolate: Isolate
  readonly warmKey: string | undefined
  readonly bundle: string
  readonly memoryMiB: number
  runs: number
  onBroken: () => void
  timer?: NodeJS.Timeout
}

function open({ warmKey, bundle, limits: { memoryMiB } }: RunnerJob): Kept {
  const isolate = new ivm.Isolate({
    memoryLimit: Math.max(8, memoryMiB),
    onCatastrophicError: () => opened.onBroken(),
  })
  const opened: Kept = { isolate, warmKey, bundle, memoryMiB, runs: 0, onBroken: () => {} }
  return opened
}

function isWorthKeeping({ isolate, warmKey, runs, memoryMiB }: Kept): boolean {
  if (warmKey === undefined || runs >= KEPT_RUNS || isolate.isDisposed) return false
  const { used_heap_size: heap, externally_allocated_size: buffers } = isolate.getHeapStatisticsSync()
  return heap + buffers < memoryMiB * 1024 * 1024 * KEPT_SHARE
}
