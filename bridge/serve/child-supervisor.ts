import { setTimeout } from 'node:timers/promises'
import { RPC_CODES, RpcError, type JsonObject } from '../protocol/json-rpc.ts'
import type { Child, StartChild } from './child.ts'
import { createChildConnection, type ChildConnection } from './child-connection.ts'
import { envelope } from './envelope.ts'
import { createLastLines } from './last-lines.ts'
import type { BridgeLimits, BridgeState } from './server-bridge.ts'

/** How many lines of stderr explain a crash. */
const REASON_LINES = 20

export interface RunningChild {
  readonly pid: number
  readonly connection: ChildConnection
  /** Its answer to server/discover. */
  readonly discovered: JsonObject
}

/** Keeps at most one child alive: starts it on demand, after crashes, and gives up when it keeps crashing. */
export interface ChildSupervisor {
  readonly state: BridgeState
  readonly pid: number | undefined
  readonly restarts: number
  readonly reason: string | undefined
  /** The child that runs; undefined while there is none. */
  readonly running: RunningChild | undefined
  /** The child, started if need be; all who ask meanwhile wait for the same start. @throws RpcError with the reason */
  need(): Promise<RunningChild>
  /** Forgets earlier crashes, so that a child that was given up is tried once more. */
  forgive(): void
  /** Stops it until the next need. */
  sleep(): Promise<void>
  close(): Promise<void>
}

export interface ChildSupervisorOptions {
  readonly name: string
  readonly startChild: StartChild
  readonly limits: BridgeLimits
  readonly onLog: (level: 'info' | 'warning' | 'error', message: string) => void
  readonly onReady: (running: RunningChild) => void
  /** Milliseconds of a clock that nobody sets. */
  readonly now: () => number
}

type Phase =
  | { readonly state: 'asleep' | 'closed' }
  | { readonly state: 'starting' | 'waiting'; readonly ready: Promise<RunningChild> }
  | { readonly state: 'running'; readonly running: RunningChild; readonly child: Child }
  | { readonly state: 'crashed'; readonly at: number }

export function createChildSupervisor(options: ChildSupervisorOptions): ChildSupervisor {
  const { name, limits, onLog } = options
  const closing = new AbortController()
  const lastLines = createLastLines(REASON_LINES)
  const stopping = new Set<Promise<void>>()
  let phase: Phase = { state: 'asleep' }
  let crashTimes: number[] = []
  let restarts = 0
  let reason: string | undefined

  function start(): Promise<RunningChild> {
    const ready = startUntilReady()
    phase = { state: 'starting', ready }
    // Those who wait for it are told; a restart in the background has nobody.
    ready.catch(() => {})
    return ready
  }

  async function startUntilReady(): Promise<RunningChild> {
    lastLines.clear()
    let child: Child | undefined
    try {
      child = await options.startChild()
      closing.signal.throwIfAborted()
      const running = await probe(child)
      phase = { state: 'running', running, child }
      reason = undefined
      options.onReady(running)
      void running.connection.ended.then((why) => onEnded(running, why))
      return running
    } catch (error) {
      if (child) stop(child)
      throw onCrash(error instanceof Error ? error.message : String(error))
    }
  }

  /** Ready is who answers server/discover in time. */
  async function probe(child: Child): Promise<RunningChild> {
    const connection = createChildConnection({
      child,
      lineBytes: limits.lineBytes,
      silentMs: limits.silentMs,
      onNoise: (line) => onLog('info', line.slice(0, 2_000)),
    })
    lastLines.follow(child.stderr, (line) => onLog('info', line))
    const timeout = AbortSignal.timeout(limits.startMs)
    const signal = AbortSignal.any([timeout, closing.signal])
    try {
      const discovered = await connection.call({ method: 'server/discover', params: envelope({}), signal })
      return { pid: child.pid, connection, discovered }
    } catch (error) {
      connection.end('The server did not become ready.')
      if (timeout.aborted)
        throw new Error(`It did not answer server/discover within ${limits.startMs} ms.`, { cause: error })
      throw error
    }
  }

  function onEnded(running: RunningChild, why: string): void {
    if (phase.state !== 'running' || phase.running !== running) return
    stop(phase.child)
    onCrash(why)
  }

  /** Decides what follows a crash, and gives the error for those who waited. */
  function onCrash(why: string): RpcError {
    if (closing.signal.aborted) return new RpcError(RPC_CODES.internal, `Server "${name}" was closed.`)
    const said = lastLines.toString()
    reason = said === '' ? why : `${why}\n${said}`
    const now = options.now()
    crashTimes = [...crashTimes.filter((time) => now - time < limits.crashWindowMs), now]
    onLog('error', `${why} (crash ${crashTimes.length} of ${limits.crashesInWindow})`)
    if (crashTimes.length >= limits.crashesInWindow) phase = { state: 'crashed', at: now }
    else waitThenStart()
    return crashError()
  }

  function waitThenStart(): void {
    const delayMs = Math.min(limits.backoffMs * 2 ** (crashTimes.length - 1), limits.backoffMaxMs)
    const ready = setTimeout(delayMs, undefined, { signal: closing.signal, ref: false }).then(() => {
      restarts += 1
      return start()
    })
    ready.catch(() => {})
    phase = { state: 'waiting', ready }
  }

  function crashError(): RpcError {
    return new RpcError(RPC_CODES.internal, `Server "${name}" is not running: ${reason ?? 'it was closed.'}`)
  }

  function stop(child: Child): void {
    const stopped = child.stop(limits.stopGraceMs).finally(() => stopping.delete(stopped))
    stopping.add(stopped)
  }

  return {
    get state() {
      return phase.state
    },
    get pid() {
      return phase.state === 'running' ? phase.running.pid : undefined
    },
    get restarts() {
      return restarts
    },
    get reason() {
      return phase.state === 'running' ? undefined : reason
    },
    get running() {
      return phase.state === 'running' ? phase.running : undefined
    },
    async need() {
      if (phase.state === 'running') return phase.running
      if (phase.state === 'starting' || phase.state === 'waiting') return await phase.ready
      if (phase.state === 'closed') throw new RpcError(RPC_CODES.internal, `Server "${name}" was closed.`)
      // A server that was given up gets another chance once its crashes are old.
      if (phase.state === 'crashed' && options.now() - phase.at < limits.crashWindowMs) throw crashError()
      return await start()
    },
    forgive() {
      crashTimes = []
      if (phase.state === 'crashed') phase = { state: 'asleep' }
    },
    async sleep() {
      if (phase.state !== 'running') return
      const { running, child } = phase
      phase = { state: 'asleep' }
      running.connection.end(`Server "${name}" was put to sleep.`)
      stop(child)
      await Promise.all(stopping)
    },
    async close() {
      const last = phase
      phase = { state: 'closed' }
      closing.abort(new Error(`Server "${name}" was closed.`))
      if (last.state === 'running') {
        last.running.connection.end(`Server "${name}" was closed.`)
        stop(last.child)
      }
      // A start that was under way stops its own child.
      if (last.state === 'starting') await last.ready.catch(() => {})
      await Promise.all(stopping)
    },
  }
}
