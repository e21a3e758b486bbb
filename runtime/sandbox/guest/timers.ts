import { host } from './host.ts'

interface Timer {
  readonly id: number
  readonly atMs: number
  readonly everyMs: number | undefined
  readonly run: () => void
}

const timers = new Map<number, Timer>()
const now = Date.now
let lastId = 0
/** When the process will wake us. */
let wakesAtMs: number | undefined

export function setTimeout(callback: (...values: unknown[]) => void, delayMs?: number, ...values: unknown[]): number {
  return add(callback, delayMs, values, false)
}

export function setInterval(callback: (...values: unknown[]) => void, delayMs?: number, ...values: unknown[]): number {
  return add(callback, delayMs, values, true)
}

export function setImmediate(callback: (...values: unknown[]) => void, ...values: unknown[]): number {
  return add(callback, 0, values, false)
}

export function clearTimeout(id: unknown): void {
  timers.delete(Number(id))
  planWake()
}

export function queueMicrotask(callback: () => void): void {
  requireFunction(callback)
  void Promise.resolve().then(callback)
}

/** Runs the first timer that is due. The next comes in a turn of its own, so that what this one promised runs first. */
export function runDueTimer(): void {
  wakesAtMs = undefined
  const due = firstTimer()
  if (due && due.atMs <= now()) {
    timers.delete(due.id)
    if (due.everyMs !== undefined) timers.set(due.id, { ...due, atMs: now() + due.everyMs })
    planWake()
    due.run()
  } else planWake()
}

function add(callback: (...values: unknown[]) => void, delayMs: unknown, values: unknown[], repeats: boolean): number {
  requireFunction(callback)
  const delay = Math.max(1, Math.trunc(Number(delayMs)) || 1)
  const id = ++lastId
  timers.set(id, { id, atMs: now() + delay, everyMs: repeats ? delay : undefined, run: () => callback(...values) })
  planWake()
  return id
}

/** Of those that are due at the same time, the one that was set first. */
function firstTimer(): Timer | undefined {
  let first: Timer | undefined
  for (const timer of timers.values()) if (!first || timer.atMs < first.atMs) first = timer
  return first
}

function planWake(): void {
  const atMs = firstTimer()?.atMs
  if (atMs === wakesAtMs) return
  wakesAtMs = atMs
  host.wake(atMs === undefined ? -1 : Math.max(0, atMs - now()))
}

function requireFunction(callback: unknown): void {
  if (typeof callback === 'function') return
  throw Object.assign(new TypeError('The "callback" argument must be of type function.'), {
    code: 'ERR_INVALID_ARG_TYPE',
  })
}
