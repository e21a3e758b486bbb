import { MetaError } from '../../src/errors/meta-error.ts'
import { createTurns } from '../../src/model/turns.ts'
import { runOnRunner } from './run-on-runner.ts'
import { startRunnerProcess, type RunnerProcess } from './runner-process.ts'
import { runnerProgram, type RunnerProgram } from './runner-program.ts'
import type { Sandbox, SandboxLimits, SandboxOutcome, SandboxRun } from './sandbox.ts'

export interface SandboxOptions {
  /** Of every run; a run may ask for others. */
  readonly limits: SandboxLimits
  /** Processes at most, and so runs at once; more runs wait, and tenants take turns. */
  readonly runners: number
  /** A process that had nothing to do for so long ends. */
  readonly idleMs: number
  /** What the processes run; runner-main beside this file unless said otherwise. */
  readonly program?: RunnerProgram
}

/** A pool of runner processes. It starts none before the first run or `warm`, and never holds its own process. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const alive = new Set<RunnerProcess>()
  const idle: IdleRunner[] = []
  /** Whose isolate each has kept. */
  const warmKeys = new WeakMap<RunnerProcess, string>()
  /** Of runs whose turn it is: another runner is on its way. */
  const waiting: Waiting[] = []
  const turns = createTurns(options.runners)
  let isClosed = false

  async function run(asked: SandboxRun): Promise<SandboxOutcome> {
    const limits = { ...options.limits, ...asked.limits }
    using turn = await turns.take(asked.tenantId, asked.signal)
    if (!turn) return ABORTED
    for (let attempt = 1; ; attempt++) {
      const runner = await acquire(asked)
      if (!runner) return ABORTED
      if (asked.signal?.aborted) {
        giveBack(runner)
        return ABORTED
      }
      const { outcome, isReusable, isLost, isUntouched } = await runOnRunner(runner, asked, limits)
      if (asked.warmKey === undefined) warmKeys.delete(runner)
      else warmKeys.set(runner, asked.warmKey)
      if (isReusable) giveBack(runner)
      else await replace(runner)
      if (!isLost) return outcome
      if (isClosed) return { ...outcome, result: { kind: 'aborted' } }
      if (!isUntouched || attempt === ATTEMPTS) return outcome
    }
  }

  /** Undefined when the run was given up before its turn came. */
  async function acquire({ signal, warmKey }: SandboxRun): Promise<RunnerProcess | undefined> {
    for (;;) {
      if (signal?.aborted) return undefined
      if (isClosed) throw unavailable('It is closed.')
      const free = takeIdle(warmKey)
      // Nothing may be awaited between here and the queue, or a runner given back meanwhile is overlooked.
      if (!free) return alive.size < options.runners ? await startRunner() : await waitForTurn(waiting, signal)
      if (free.isAlive() && (await free.isCleared())) return free
      free.kill()
      alive.delete(free)
    }
  }

  /** One that is warm for this key; or else one that is for none, or that was so the longest ago. */
  function takeIdle(warmKey: string | undefined): RunnerProcess | undefined {
    const keys = idle.map(({ runner }) => warmKeys.get(runner))
    const best = [keys.lastIndexOf(warmKey), keys.lastIndexOf(undefined), 0].find((index) => index >= 0)
    const [next] = idle.splice(best ?? 0, 1)
    clearTimeout(next?.timer)
    return next?.runner
  }

  /** @throws MetaError SANDBOX_UNAVAILABLE */
  async function startRunner(): Promise<RunnerProcess> {
    let runner: RunnerProcess | undefined
    try {
      const started = startRunnerProcess(options.program ?? runnerProgram())
      runner = started
      alive.add(started)
      // Until it is ready; somebody may wait for it.
      started.hold()
      void started.exited.then(() => void alive.delete(started))
      await started.ready
      started.release()
      return started
    } catch (error) {
      runner?.kill()
      if (runner) alive.delete(runner)
      const failure = unavailable(error instanceof Error ? error.message : String(error), error)
      // With no other runner left, nobody would come to those who wait.
      if (alive.size === 0) for (const { reject } of waiting.splice(0)) reject(failure)
      throw failure
    }
  }

  function giveBack(runner: RunnerProcess): void {
    if (waiting.length > 0) return void handOn(runner)
    if (isClosed) return runner.kill()
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((entry) => entry.runner === runner),
        1,
      )
      runner.kill()
    }, options.idleMs).unref()
    idle.push({ runner, timer })
  }

  async function handOn(runner: RunnerProcess): Promise<void> {
    if (!(await runner.isCleared())) return await replace(runner)
    const next = waiting.shift()
    if (next) next.resolve(runner)
    // Who waited has given up.
    else giveBack(runner)
  }

  /** One has ended; whoever waits gets a new one, and else one stands ready for the next run. */
  async function replace(ended: RunnerProcess): Promise<void> {
    ended.kill()
    alive.delete(ended)
    if (!isClosed) void startAhead()
  }

  async function startAhead(): Promise<void> {
    try {
      giveBack(await startRunner())
    } catch {
      // Whoever waits has been told; the next run tries again, and is told itself.
    }
  }

  return {
    run,
    warm() {
      // Nobody waits for this one: a failure shows when a run needs it.
      if (!isClosed && alive.size === 0) void startAhead()
    },
    async close() {
      isClosed = true
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      for (const { reject } of waiting.splice(0)) reject(unavailable('It was closed.'))
      const runners = [...alive]
      for (const runner of runners) {
        runner.hold()
        runner.kill()
      }
      await Promise.all(runners.map(({ exited }) => exited))
    },
  }
}

/** Of a run whose process ended before the code did anything. */
const ATTEMPTS = 3

const ABORTED: SandboxOutcome = { result: { kind: 'aborted' }, logs: [], requests: [], ms: 0, isWarm: false }

interface IdleRunner {
  readonly runner: RunnerProcess
  readonly timer: NodeJS.Timeout
}

interface Waiting {
  readonly resolve: (runner: RunnerProcess | undefined) => void
  readonly reject: (reason: unknown) => void
}

function waitForTurn(waiting: Waiting[], signal: AbortSignal | undefined): Promise<RunnerProcess | undefined> {
  return new Promise((resolve, reject) => {
    const entry: Waiting = {
      resolve(runner) {
        signal?.removeEventListener('abort', giveUp)
        resolve(runner)
      },
      reject,
    }
    function giveUp(): void {
      waiting.splice(waiting.indexOf(entry), 1)
      resolve(undefined)
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    waiting.push(entry)
  })
}

function unavailable(reason: string, cause?: unknown): MetaError {
  return new MetaError(
    'SANDBOX_UNAVAILABLE',
    `Code cannot be run here: ${reason.split('\n').slice(0, 3).join(' ')}`,
    'The sandbox needs Node 24 on Linux (x64, arm64), macOS (arm64) or Windows (x64) with the package isolated-vm; run npm install again, or use imported operations alone.',
    cause === undefined ? {} : { cause },
  )
}
