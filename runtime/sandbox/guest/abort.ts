import { DOMException } from './dom-exception.ts'
import { Event, EventTarget } from './events.ts'
import { setTimeout } from './timers.ts'

type Handler = (event: Event) => unknown

/** Only this module makes signals. */
const OURS = Symbol('AbortSignal')
let abortSignal: (signal: AbortSignal, reason: unknown) => void

/** AbortSignal (DOM, section 3.2). */
export class AbortSignal extends EventTarget {
  #aborted = false
  #reason: unknown
  #onabort: Handler | null = null

  static {
    abortSignal = (signal, reason) => signal.#abort(reason)
  }

  constructor(key?: symbol) {
    if (key !== OURS) throw new TypeError('Illegal constructor')
    super()
  }

  get aborted(): boolean {
    return this.#aborted
  }

  get onabort(): Handler | null {
    return this.#onabort
  }

  set onabort(handler: Handler | null) {
    // It hears in the order in which it was first set.
    if (this.#onabort === null) this.addEventListener('abort', this.#callHandler)
    this.#onabort = typeof handler === 'function' ? handler : null
  }

  readonly #callHandler = (event: Event): unknown => this.#onabort?.(event)

  get reason(): unknown {
    return this.#reason
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason
  }

  #abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason
    this.dispatchEvent(new Event('abort'))
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(OURS)
    abortSignal(signal, reason)
    return signal
  }

  static timeout(delayMs: number): AbortSignal {
    const signal = new AbortSignal(OURS)
    setTimeout(() => {
      abortSignal(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    }, delayMs)
    return signal
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const all = [...signals]
    const signal = new AbortSignal(OURS)
    const aborted = all.find((one) => one.aborted)
    if (aborted) abortSignal(signal, aborted.reason)
    else for (const one of all) one.addEventListener('abort', () => abortSignal(signal, one.reason), { once: true })
    return signal
  }

  override get [Symbol.toStringTag](): string {
    return 'AbortSignal'
  }
}

/** AbortController (DOM, section 3.1). */
export class AbortController {
  readonly signal = new AbortSignal(OURS)

  abort(reason?: unknown): void {
    abortSignal(this.signal, reason)
  }

  get [Symbol.toStringTag](): string {
    return 'AbortController'
  }
}
