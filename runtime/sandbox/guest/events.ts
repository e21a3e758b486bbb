import { toDomString } from './web-idl.ts'

interface EventInit {
  readonly bubbles?: unknown
  readonly cancelable?: unknown
  readonly composed?: unknown
}

/** Event (DOM, section 2.2), without a tree: there are no ancestors to go to. */
export class Event {
  readonly type: string
  readonly bubbles: boolean
  readonly cancelable: boolean
  readonly composed: boolean
  readonly timeStamp = 0
  readonly isTrusted = false
  defaultPrevented = false
  target: EventTarget | null = null
  currentTarget: EventTarget | null = null
  #isStopped = false

  constructor(type: unknown, { bubbles = false, cancelable = false, composed = false }: EventInit = {}) {
    this.type = toDomString(type)
    this.bubbles = Boolean(bubbles)
    this.cancelable = Boolean(cancelable)
    this.composed = Boolean(composed)
  }

  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true
  }

  stopPropagation(): void {}

  stopImmediatePropagation(): void {
    this.#isStopped = true
  }

  composedPath(): EventTarget[] {
    return this.currentTarget ? [this.currentTarget] : []
  }

  get [Symbol.toStringTag](): string {
    return 'Event'
  }

  static isStopped(event: Event): boolean {
    return event.#isStopped
  }
}

/** Known to EventTarget alone. */
const { isStopped } = Event
Reflect.deleteProperty(Event, 'isStopped')

export class CustomEvent extends Event {
  readonly detail: unknown

  constructor(type: unknown, init: EventInit & { readonly detail?: unknown } = {}) {
    super(type, init)
    this.detail = init.detail ?? null
  }
}

type Listener = ((event: Event) => unknown) | { handleEvent(event: Event): unknown }

interface ListenerOptions {
  readonly once?: boolean
  readonly capture?: boolean
  readonly signal?: EventTarget & { readonly aborted: boolean }
}

interface Registration {
  readonly listener: Listener
  readonly once: boolean
  readonly capture: boolean
}

/** Whether anybody would hear such an event. */
export let hasListeners: (target: EventTarget, type: string) => boolean

/** EventTarget (DOM, section 2.7). */
export class EventTarget {
  readonly #registrations = new Map<string, Registration[]>()

  static {
    hasListeners = (target, type) => (target.#registrations.get(type)?.length ?? 0) > 0
  }

  addEventListener(type: string, listener: Listener | null, options: ListenerOptions | boolean = {}): void {
    if (listener === null || listener === undefined) return
    const { once = false, capture = false, signal } = typeof options === 'boolean' ? { capture: options } : options
    if (signal?.aborted) return
    const list = this.#registrations.get(type) ?? []
    if (list.some((entry) => entry.listener === listener && entry.capture === capture)) return
    this.#registrations.set(type, [...list, { listener, once, capture }])
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener, { capture }), { once: true })
  }

  removeEventListener(type: string, listener: Listener | null, options: ListenerOptions | boolean = {}): void {
    const capture = typeof options === 'boolean' ? options : (options.capture ?? false)
    const list = this.#registrations.get(type) ?? []
    this.#registrations.set(
      type,
      list.filter((entry) => entry.listener !== listener || entry.capture !== capture),
    )
  }

  dispatchEvent(event: Event): boolean {
    event.target = this
    event.currentTarget = this
    for (const entry of this.#registrations.get(event.type) ?? []) {
      if (!this.#registrations.get(event.type)?.includes(entry)) continue
      if (entry.once) this.removeEventListener(event.type, entry.listener, { capture: entry.capture })
      this.#tell(entry.listener, event)
      if (isStopped(event)) break
    }
    event.currentTarget = null
    return !event.defaultPrevented
  }

  /** An error of one listener does not keep the others from hearing. */
  #tell(listener: Listener, event: Event): void {
    try {
      if (typeof listener === 'function') listener.call(this, event)
      else listener.handleEvent(event)
    } catch (error) {
      console.error(error)
    }
  }

  get [Symbol.toStringTag](): string {
    return 'EventTarget'
  }
}
