import type { Clock } from './clock.ts'

/** A value, and until when it may be used, in milliseconds since 1970, UTC. */
export interface KeptValue<Value> {
  readonly value: Value
  readonly validUntilMs: number
}

/** Values that are asked for once and kept while they are valid; calls that come together share one request. */
export class KeptValues<Value> {
  readonly #kept = new Map<string, Promise<KeptValue<Value>>>()

  /** @throws what `request` throws, to the call that made the request; a call that waited beside it asks anew */
  async get(key: string, clock: Clock, request: () => Promise<KeptValue<Value>>): Promise<Value> {
    for (let pending = this.#kept.get(key); pending !== undefined; pending = this.#kept.get(key)) {
      const known = await settled(pending)
      if (known && known.validUntilMs > clock.now()) return known.value
      // It failed or has ended; the first to see it makes way for another.
      if (this.#kept.get(key) === pending) this.#kept.delete(key)
    }
    const pending = request()
    this.#kept.set(key, pending)
    return (await pending).value
  }

  async forget(isEnded: (value: Value) => boolean): Promise<void> {
    for (const [key, pending] of this.#kept) {
      const known = await pending.catch(() => undefined)
      if (known && isEnded(known.value) && this.#kept.get(key) === pending) this.#kept.delete(key)
    }
  }
}

/** On Workers a request that was given up never settles what others wait for. */
const PATIENCE_MS = 10_000

/** Undefined for what fails, or takes too long. */
function settled<Value>(pending: Promise<Value>): Promise<Value | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, undefined)
    const end = (value: Value | undefined) => {
      clearTimeout(timer)
      resolve(value)
    }
    pending.then(end, () => end(undefined))
  })
}
