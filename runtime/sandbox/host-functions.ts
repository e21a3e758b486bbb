import type ivmTypes from 'isolated-vm'
import { compute } from './compute.ts'
import { readLevel } from './read-runner-message.ts'
import { MEMORY_MESSAGES } from './memory-messages.ts'
import type { FromRunner, RunnerResult } from './runner-messages.ts'
import type { SandboxLimits, SandboxLog } from './sandbox.ts'

export interface HostFunctionsOptions {
  readonly limits: SandboxLimits
  readonly tell: (message: FromRunner) => void
  readonly end: (result: RunnerResult) => void
  /** Runs `deliver` of guest/start. */
  readonly enter: (id: number, ok: boolean, json: string) => void
}

/** What an isolate can ask of its process, and nothing else. Even in the wrong hands they give what `fetch` gives. */
export interface HostFunctions {
  /** In the order in which guest/host.ts names them. */
  callbacks(ivm: typeof ivmTypes): ivmTypes.Callback[]
  answer(id: number, ok: boolean, json: string): void
  /** No call and no timer is under way. */
  isIdle(): boolean
  flushLogs(): void
  close(): void
}

/** Timers of the isolate are told under this id. */
const WAKE = 0
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function createHostFunctions({ limits, tell, end, enter }: HostFunctionsOptions): HostFunctions {
  const pending = new Set<number>()
  let calls = 0
  let logs: SandboxLog[] = []
  let logBytes = 0
  let noticeBytes = 0
  let timer: NodeJS.Timeout | undefined
  let isClosed = false

  function call(id: unknown, json: unknown): void {
    if (isClosed || typeof id !== 'number' || typeof json !== 'string') return
    calls++
    const bytes = Buffer.byteLength(json)
    if (calls > limits.hostCalls) return end({ kind: 'limit', limit: 'hostCalls', used: calls })
    if (bytes > limits.argumentBytes) return end({ kind: 'limit', limit: 'argumentBytes', used: bytes })
    pending.add(id)
    tell({ kind: 'call', id, json })
  }

  function wake(delayMs: unknown): void {
    clearTimeout(timer)
    timer = undefined
    if (isClosed || typeof delayMs !== 'number' || delayMs < 0) return
    timer = setTimeout(
      () => {
        timer = undefined
        enter(WAKE, true, '')
      },
      Math.min(delayMs, LONGEST_TIMER_MS),
    )
  }

  function log(level: unknown, message: unknown): void {
    if (typeof message !== 'string' || logBytes > limits.logBytes) return
    // An empty line costs too.
    logBytes += Buffer.byteLength(message) + 16
    if (logBytes <= limits.logBytes) logs.push({ level: readLevel(level), message })
    else logs.push({ level: 'warning', message: `Logs were cut here: a run may log ${limits.logBytes} bytes.` })
  }

  function notice(json: unknown): void {
    if (isClosed || typeof json !== 'string') return
    noticeBytes += json.length
    if (noticeBytes <= limits.logBytes) tell({ kind: 'notice', json })
  }

  function finish(kind: unknown, ...values: unknown[]): void {
    const [first = '', second = '', third = ''] = values.map(String)
    if (kind === 'limit' && isLimit(first)) return end({ kind, limit: first, used: Number(second) })
    const bytes = Buffer.byteLength(first) + Buffer.byteLength(second)
    if (bytes > limits.outputBytes) return end({ kind: 'limit', limit: 'outputBytes', used: bytes })
    if (kind === 'value') return end({ kind, ...(values.length > 0 && { json: first }) })
    if (kind === 'input-needed') return end({ kind, json: first })
    if (MEMORY_MESSAGES.test(second)) return end({ kind: 'limit', limit: 'memoryMiB' })
    end({ kind: 'thrown', name: first, message: second, stack: third })
  }

  function isLimit(name: string): name is keyof SandboxLimits {
    return Object.hasOwn(limits, name)
  }

  return {
    callbacks: (ivm) => [
      ...[call, cancel, wake, log, notice, finish].map((told) => new ivm.Callback(told, { ignored: true })),
      new ivm.Callback(compute, { sync: true }),
    ],
    answer(id, ok, json) {
      if (pending.delete(id)) enter(id, ok, json)
    },
    isIdle: () => pending.size === 0 && timer === undefined,
    flushLogs() {
      if (logs.length > 0) tell({ kind: 'logs', logs })
      logs = []
    },
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }

  function cancel(id: unknown): void {
    if (typeof id === 'number' && pending.has(id)) tell({ kind: 'cancel', id })
  }
}
