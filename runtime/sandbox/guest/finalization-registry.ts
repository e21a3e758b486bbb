/**
 * FinalizationRegistry (ECMAScript, section 26.2), whose callbacks never come, as the processing model of its targets
 * allows: V8 would call them in the middle of a later run in the same isolate.
 */
export class FinalizationRegistry {
  readonly #tokens = new WeakSet()

  constructor(cleanup: unknown) {
    if (typeof cleanup !== 'function') throw new TypeError('FinalizationRegistry: cleanup must be callable')
  }

  register(target: WeakKey, held?: unknown, token?: WeakKey): void {
    if (Object.is(target, held))
      throw new TypeError('FinalizationRegistry.prototype.register: target and holdings must not be same')
    requireWeakKey(target)
    if (token !== undefined) this.#tokens.add(token)
  }

  unregister(token: WeakKey): boolean {
    requireWeakKey(token)
    return this.#tokens.delete(token)
  }

  get [Symbol.toStringTag](): string {
    return 'FinalizationRegistry'
  }
}

/** @throws TypeError for what cannot be held weakly */
function requireWeakKey(value: WeakKey): void {
  new WeakSet().add(value)
}
