import type ivmTypes from 'isolated-vm'
import { BUNDLE_NAME } from './error-frame.ts'
import type { GuestModules } from './guest-modules.ts'
import { createHostFunctions } from './host-functions.ts'
import type { Isolates } from './isolates.ts'
import { ivm } from './load-addon.ts'
import { MEMORY_MESSAGES } from './memory-messages.ts'
import type { AbortReason, FromRunner, RunnerJob, RunnerResult } from './runner-messages.ts'
import type { SandboxLimits } from './sandbox.ts'

/** A run that is under way in a context of its own. */
export interface IsolateRun {
  /** Hands in what the broker said to call `id`. */
  answer(id: number, ok: boolean, json: string): void
  /** Aborts the code's signal; it ends when it likes, or at a limit. */
  abort(reason: AbortReason): void
}

/** What every run of a runner uses. */
export interface IsolateRunParts {
  readonly isolates: Isolates
  readonly guest: GuestModules
  readonly tell: (message: FromRunner) => void
}

const WATCH_MS = 50
/** To an answer that was handed in, code may still do something; an isolate that is to be kept gives it this much. */
const SETTLE_CPU_MS = 20
/** On a busy machine that takes longer, and no longer than this. */
const SETTLE_MS = 1_000
const SETTLE_LOOK_MS = 5

/**
 * Runs one job in a fresh context and tells how it ended, once. Foreign code runs in isolated-vm's own threads only,
 * so the thread of this file stays free to watch it. After a limit the process is of no more use.
 */
export function startIsolateRun(job: RunnerJob, { isolates, guest, tell }: IsolateRunParts): IsolateRun {
  const { bundle, work, limits } = job
  const started = performance.now()
  const lease = isolates.lease(job, () => end({ kind: 'limit', limit: 'memoryMiB' }))
  const { isolate } = lease
  const host = createHostFunctions({ limits, tell, end, enter: (id, ok, json) => void enter(deliver, [id, ok, json]) })
  const watch = setInterval(look, WATCH_MS)
  const warning = setTimeout(() => abort('limit'), Math.max(limits.wallMs / 2, limits.wallMs - limits.abortGraceMs))
  let deliver: ivmTypes.Reference | undefined
  let abortCode: ivmTypes.Reference | undefined
  let hearsAbort: ivmTypes.Reference | undefined
  let context: ivmTypes.Context | undefined
  let entered = 0
  let whenLeft: (() => void) | undefined
  let hasBegun = false
  let isOver = false

  async function run(): Promise<void> {
    context = isolate.createContextSync()
    context.evalClosureSync(
      'globalThis.hostOfThisRun = { limits: JSON.parse($0), call: $1, cancel: $2, wake: $3, log: $4, notice: $5, finish: $6, compute: $7 }',
      [JSON.stringify(limits), ...host.callbacks(ivm)],
    )
    const start = guest.load(isolate, context)
    deliver = start.namespace.getSync('deliver', { reference: true })
    abortCode = start.namespace.getSync('abort', { reference: true })
    hearsAbort = start.namespace.getSync('hearsAbort', { reference: true })
    const begin: ivmTypes.Reference = start.namespace.getSync('start', { reference: true })
    tell({ kind: 'started', isWarm: lease.isWarm })
    const tools = await compileBundle(isolate, context, bundle)
    await tools.evaluate({ timeout: remainingMs() })
    hasBegun = true
    await enter(begin, [tools.namespace.derefInto(), work])
  }

  /** Everything that happens inside happens under this time limit, also what follows an `await`. */
  async function enter(entry: ivmTypes.Reference | undefined, values: unknown[]): Promise<unknown> {
    if (isOver || !entry) return undefined
    entered++
    try {
      return (await entry.apply(undefined, values, { timeout: remainingMs() })) as unknown
    } catch (error) {
      end(resultOfFailure(error, limits))
      return undefined
    } finally {
      entered--
      if (entered === 0) whenLeft?.()
    }
  }

  function abort(reason: AbortReason): void {
    void enter(abortCode, [reason])
  }

  function remainingMs(): number {
    return Math.max(1, Math.ceil(limits.wallMs - (performance.now() - started)))
  }

  function look(): void {
    host.flushLogs()
    const wallMs = Math.round(performance.now() - started)
    if (wallMs > limits.wallMs) return end({ kind: 'limit', limit: 'wallMs', used: wallMs })
    if (isolate.isDisposed) return end({ kind: 'limit', limit: 'memoryMiB' })
    const cpuMs = lease.cpuMs()
    if (cpuMs > limits.cpuMs) return end({ kind: 'limit', limit: 'cpuMs', used: cpuMs })
    if (isStuck()) void endUnlessHearing()
  }

  function isStuck(): boolean {
    return entered === 0 && isWaiting && host.isIdle()
  }

  /** Code that waits for its signal alone has something to wait for. */
  async function endUnlessHearing(): Promise<void> {
    const isHearing = await enter(hearsAbort, [])
    if (isHearing === false && isStuck()) end(NEVER)
  }

  function end(result: RunnerResult): void {
    if (isOver) return
    isOver = true
    clearInterval(watch)
    clearTimeout(warning)
    host.flushLogs()
    tell({ kind: 'done', result })
    host.close()
    // After a limit the isolate may be in the middle of something that cannot be stopped; the parent kills us.
    if (result.kind === 'limit') return
    void clear()
  }

  /** Nothing of this run may still be going on when the isolate is given to another. */
  async function clear(): Promise<void> {
    const hasLeft = job.warmKey !== undefined && hasBegun && (entered === 0 || (await leaves()))
    if (hasLeft) {
      context?.release()
      lease.giveBack()
    } else lease.dispose()
    tell({ kind: 'ready' })
  }

  function leaves(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const [cpu, since] = [process.cpuUsage(), performance.now()]
    const isOverdue = () => cpuMsSince(cpu) >= SETTLE_CPU_MS || performance.now() - since >= SETTLE_MS
    const patience = setInterval(() => {
      // When it is this thread that was late, the news that the code has ended waits for it: it is heard first.
      if (isOverdue()) setImmediate(() => resolve(false))
    }, SETTLE_LOOK_MS)
    whenLeft = () => resolve(true)
    return promise.finally(() => clearInterval(patience))
  }

  let isWaiting = false
  run().then(
    () => {
      isWaiting = true
    },
    (error: unknown) => end(resultOfFailure(error, limits)),
  )
  return { answer: host.answer, abort }
}

/** Makes an isolate and throws it away: V8 then has our modules compiled, and the first run is as fast as the others. */
export function rehearse(guest: GuestModules): void {
  const isolate = new ivm.Isolate({ memoryLimit: 32 })
  const context = isolate.createContextSync()
  context.evalSync('globalThis.hostOfThisRun = {}')
  guest.load(isolate, context)
  isolate.dispose()
}

const NEVER: RunnerResult = {
  kind: 'thrown',
  name: 'Error',
  message: 'The code waits for a promise that nothing will settle: no request and no timer is under way.',
  stack: '',
}

/** Of this process; `cpuTime` of an isolate goes on by the clock while its thread waits for a processor. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

async function compileBundle(
  isolate: ivmTypes.Isolate,
  context: ivmTypes.Context,
  bundle: string,
): Promise<ivmTypes.Module> {
  const tools = await isolate.compileModule(bundle, { filename: BUNDLE_NAME })
  await tools.instantiate(context, (specifier) => {
    throw new TypeError(`The code imports "${specifier}", but only what is in the bundle exists here.`)
  })
  return tools
}

/** What left the isolate as an exception: a limit of isolated-vm, or an error while the bundle was evaluated. */
function resultOfFailure(error: unknown, { wallMs }: SandboxLimits): RunnerResult {
  if (!(error instanceof Error)) return { kind: 'thrown', name: 'Error', message: String(error), stack: '' }
  if (error.message === 'Script execution timed out.') return { kind: 'limit', limit: 'wallMs', used: wallMs }
  if (MEMORY_MESSAGES.test(error.message)) return { kind: 'limit', limit: 'memoryMiB' }
  return { kind: 'thrown', name: error.name, message: error.message, stack: error.stack ?? '' }
}
