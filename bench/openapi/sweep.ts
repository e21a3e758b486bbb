import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import path from 'node:path'
import type { Measured } from './measure-main.ts'
import type { Outcome } from './outcome.ts'

export interface Sweep {
  readonly outcomes: readonly Outcome[]
  /** Of the process that needed the most, in MB of a million bytes. */
  readonly peakMB: number
  readonly seconds: number
}

export interface SweepOptions {
  readonly who: 'ours' | 'generator' | 'server'
  /** Where the peers are installed. */
  readonly folder: string
  readonly heapMB: number
  readonly timeoutMs: number
}

const PROCESSES = 2
const FILES_A_PROCESS = 40
const BYTES_A_PROCESS = 8_000_000

/** Measures all files, a few at a time, in processes of bounded memory that are replaced again and again. */
export async function sweep(files: readonly string[], options: SweepOptions): Promise<Sweep> {
  const started = performance.now()
  const waiting = batches(files)
  const outcomes: Outcome[] = []
  let peakMB = 0
  async function work(): Promise<void> {
    for (let batch = waiting.pop(); batch; batch = waiting.pop()) {
      const rest = [...batch]
      while (rest.length > 0) {
        for (const { outcome, peakMB: peak } of await measureBatch(rest, options)) {
          outcomes.push(outcome)
          rest.shift()
          peakMB = Math.max(peakMB, peak)
        }
      }
    }
  }
  await Promise.all(Array.from({ length: PROCESSES }, work))
  return { outcomes, peakMB, seconds: (performance.now() - started) / 1_000 }
}

/** Files in one process, until all are measured or one ends it. */
async function measureBatch(files: readonly string[], options: SweepOptions): Promise<Measured[]> {
  const { who, folder, heapMB, timeoutMs } = options
  const child = fork(path.join(import.meta.dirname, 'measure-main.ts'), [who, folder], {
    execArgv: [`--max-old-space-size=${heapMB}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const done: Measured[] = []
  try {
    for (const file of files) {
      const measured = await measureOne(child, file, timeoutMs)
      done.push(measured)
      if (measured.outcome.kind === 'failed') break
    }
    return done
  } finally {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

async function measureOne(child: ChildProcess, file: string, timeoutMs: number): Promise<Measured> {
  const ended = new AbortController()
  const failed = (reason: string): Measured => ({ outcome: { kind: 'failed', file, reason }, peakMB: 0 })
  const timer = setTimeout(() => ended.abort(), timeoutMs)
  const onExit = () => ended.abort()
  child.once('exit', onExit)
  try {
    child.send(file)
    // measure-main.ts sends nothing else.
    const [measured] = (await once(child, 'message', { signal: ended.signal })) as [Measured]
    return measured
  } catch {
    const isOver = child.exitCode !== null || child.signalCode !== null
    return failed(isOver ? 'its process ended: out of memory' : `no answer within ${timeoutMs / 1_000} s`)
  } finally {
    clearTimeout(timer)
    child.off('exit', onExit)
  }
}

function batches(files: readonly string[]): string[][] {
  const all: string[][] = [[]]
  let bytes = 0
  for (const file of files) {
    const size = statSync(file).size
    const last = all.at(-1)
    if (last && last.length > 0 && (last.length >= FILES_A_PROCESS || bytes + size > BYTES_A_PROCESS)) {
      all.push([file])
      bytes = size
    } else {
      last?.push(file)
      bytes += size
    }
  }
  return all.filter((batch) => batch.length > 0)
}
