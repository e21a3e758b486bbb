import { errorFrame } from './error-frame.ts'
import { readQuestions } from './read-runner-message.ts'
import type { RunnerJob, RunnerResult } from './runner-messages.ts'
import type { RunnerProcess } from './runner-process.ts'
import type { SandboxLimits, SandboxOutcome, SandboxResult, SandboxRun } from './sandbox.ts'
import { serveRun } from './serve-run.ts'

export interface RunnerAnswer {
  readonly outcome: SandboxOutcome
  /** The process is clean and can take the next run. */
  readonly isReusable: boolean
  /** The process ended, and nobody here ended it. */
  readonly isLost: boolean
  /** The code had no effect outside: a lost run may be given to another process. */
  readonly isUntouched: boolean
}

/** The runner ends a run at its limits; this is for one that no longer can. */
const BACKSTOP_MS = 1_000
/** Native code fills memory at about 2 MiB in a millisecond. */
const WATCH_MS = 25
/** To set up an isolate takes 10 ms. */
const START_MS = 1_000

/** Gives one run to a runner and serves it until it ends, in whatever way. The process is killed unless it is clean. */
export async function runOnRunner(
  runner: RunnerProcess,
  run: SandboxRun,
  limits: SandboxLimits,
): Promise<RunnerAnswer> {
  const started = performance.now()
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const service = serveRun({
    run,
    limits,
    send: runner.send,
    onLimit: (limit, used) => resolve({ kind: 'limit', limit, used }),
  })
  let grace: NodeJS.Timeout | undefined
  let isWarm = false
  const abort = (): void => {
    runner.send({ kind: 'abort' })
    grace = setTimeout(() => resolve({ kind: 'aborted' }), limits.abortGraceMs)
  }
  run.signal?.addEventListener('abort', abort, { once: true })
  const startMiB = runner.residentMiB()
  const watch = watchRunner(runner, startMiB, limits, resolve)
  void runner.exited.then(() => resolve({ kind: 'ended' }))
  // V8 was seen to lock itself up now and then while it sets up an isolate. No code has run then: another may try.
  const start = setTimeout(() => resolve({ kind: 'ended' }), START_MS)
  runner.listen((message) => {
    clearTimeout(start)
    if (message.kind === 'started') isWarm = message.isWarm
    if (message.kind === 'done') resolve(message.result)
    else service.handle(message)
  })
  runner.hold()
  runner.send({ kind: 'run', job: jobOf(run, limits) })

  const ending = await promise
  clearTimeout(start)
  clearTimeout(grace)
  clearInterval(watch)
  run.signal?.removeEventListener('abort', abort)
  service.end()
  const grown = isMemoryLimit(ending) ? await grownMiB(runner, startMiB) : undefined
  const isReusable = runner.isAlive() && ['value', 'thrown', 'input-needed'].includes(ending.kind)
  if (!isReusable) runner.kill()
  runner.listen(() => {})
  runner.release()
  const { logs, requests } = service
  // What code that was given up still said interests nobody.
  const told: Ending = grace === undefined ? withGrowth(ending, limits, grown) : { kind: 'aborted' }
  const result = toResult(told, run.bundle, limits, runner)
  return {
    outcome: { result, logs, requests, ms: Math.round(performance.now() - started), isWarm },
    isReusable,
    isLost: ending.kind === 'ended' && result.kind === 'thrown',
    isUntouched: service.calls() === 0,
  }
}

type Ending = RunnerResult | { readonly kind: 'aborted' } | { readonly kind: 'ended' }

function jobOf({ bundle, task, input, env, warmKey }: SandboxRun, limits: SandboxLimits): RunnerJob {
  const work = JSON.stringify({ task, input, env, wallMs: limits.wallMs })
  return { bundle, work, limits, ...(warmKey !== undefined && { warmKey }) }
}

/** An isolate may go over its memory for a moment, and the process holds copies of what crosses; more is an attack. */
export function residentLimitMiB(startMiB: number, memoryMiB: number): number {
  return startMiB + memoryMiB * 2 + 128
}

function watchRunner(
  runner: RunnerProcess,
  startMiB: Promise<number | undefined>,
  { wallMs, memoryMiB }: SandboxLimits,
  end: (ending: Ending) => void,
): NodeJS.Timeout {
  const started = performance.now()
  return setInterval(() => {
    const used = Math.round(performance.now() - started)
    // When it is this process that was late, the answer waits in the channel: it is read first.
    if (used > wallMs + BACKSTOP_MS) setImmediate(() => end({ kind: 'limit', limit: 'wallMs', used }))
    void look()
  }, WATCH_MS)

  async function look(): Promise<void> {
    const start = await startMiB
    const now = await runner.residentMiB()
    if (start === undefined || now === undefined || now <= residentLimitMiB(start, memoryMiB)) return
    end({ kind: 'limit', limit: 'memoryMiB', used: Math.round(now - start) })
  }
}

function isMemoryLimit(ending: Ending): boolean {
  return ending.kind === 'limit' && ending.limit === 'memoryMiB'
}

/** By how much the process has grown in this run, where that can be known. */
async function grownMiB(runner: RunnerProcess, startMiB: Promise<number | undefined>): Promise<number | undefined> {
  const [start, now] = await Promise.all([startMiB, runner.residentMiB()])
  return start === undefined || now === undefined ? undefined : Math.round(now - start)
}

/** An isolate that is out of memory cannot say how much it had; of one huge allocation, nothing was given. */
function withGrowth(ending: Ending, { memoryMiB }: SandboxLimits, grown: number | undefined): Ending {
  const isTelling = ending.kind === 'limit' && ending.used === undefined && grown !== undefined && grown > memoryMiB
  return isTelling ? { ...ending, used: grown } : ending
}

function toResult(ending: Ending, bundle: string, limits: SandboxLimits, runner: RunnerProcess): SandboxResult {
  switch (ending.kind) {
    case 'value':
      // undefined has no JSON.
      return readJson(ending.json, (value) => ({ kind: 'value', value }))
    case 'input-needed':
      return readJson(ending.json, (value) => ({ kind: 'input-needed', requests: readQuestions(value) }))
    case 'limit':
      return {
        kind: 'limit',
        limit: ending.limit,
        allowed: limits[ending.limit],
        ...(ending.used !== undefined && { used: ending.used }),
      }
    case 'thrown': {
      const frame = errorFrame(bundle, ending.stack)
      return { kind: 'thrown', name: ending.name, message: ending.message, ...(frame !== undefined && { frame }) }
    }
    case 'aborted':
      return { kind: 'aborted' }
    case 'ended':
      return endedResult(runner.lastWords(), limits)
  }
}

/** V8 ends the process when memory that it cannot do without is missing. */
function endedResult(lastWords: string, { memoryMiB }: SandboxLimits): SandboxResult {
  if (/out of memory|allocation failed/i.test(lastWords)) {
    return { kind: 'limit', limit: 'memoryMiB', allowed: memoryMiB }
  }
  return {
    kind: 'thrown',
    name: 'RunnerEnded',
    message: 'The process that ran the code ended unexpectedly. Nothing is known of how far it came.',
  }
}

/** Code can end its run with whatever it likes, and code that has taken the runner over with what is not JSON. */
function readJson(json: string | undefined, read: (value: unknown) => SandboxResult): SandboxResult {
  try {
    // undefined has no JSON.
    return read(json === undefined ? undefined : JSON.parse(json))
  } catch (error) {
    return { kind: 'thrown', name: 'TypeError', message: error instanceof Error ? error.message : String(error) }
  }
}
