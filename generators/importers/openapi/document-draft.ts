import { asRecord } from './json-value.ts'
import type { Location } from './json-path.ts'

/** A JSON value while it is changed. What it was made of stays as it is: parts are copied when they first change. */
export class DocumentDraft {
  #root: unknown
  readonly #copied = new WeakSet<object>()

  constructor(root: unknown) {
    this.#root = root
  }

  get value(): unknown {
    return this.#root
  }

  /** Objects are merged, member by member; lists get the update, or all its items, at their end; the rest is replaced. */
  merge(location: Location, update: unknown): void {
    const container = this.#open(location.slice(0, -1))
    const key = location.at(-1)
    if (key === undefined) this.#root = mergeValues(this.#root, update)
    else if (container && hasMember(container, key)) write(container, key, mergeTarget(read(container, key), update))
  }

  /** Does nothing when the place has gone with another. */
  remove(location: Location): void {
    const container = this.#open(location.slice(0, -1))
    const key = location.at(-1)
    if (key === undefined || !container || !hasMember(container, key)) return
    if (Array.isArray(container)) container.splice(Number(key), 1)
    else delete container[key]
  }

  /** The container at a place, as a copy that may be changed; undefined when there is none. */
  #open(location: Location): Container | undefined {
    let container = this.#own(this.#root)
    this.#root = container ?? this.#root
    for (const key of location) {
      if (!container || !hasMember(container, key)) return undefined
      const inner = this.#own(read(container, key))
      if (inner) write(container, key, inner)
      container = inner
    }
    return container
  }

  #own(value: unknown): Container | undefined {
    if (typeof value !== 'object' || value === null) return undefined
    // A list or an object: JSON has no other containers.
    if (this.#copied.has(value)) return value as Container
    const copy: Container = Array.isArray(value) ? [...value] : copyRecord(value)
    this.#copied.add(copy)
    return copy
  }
}

type Container = unknown[] | Record<string | number, unknown>

/** The target of an action may be a list, which then gets the update as an entry (Overlay 1.0, section 4.4.3). */
function mergeTarget(target: unknown, update: unknown): unknown {
  return Array.isArray(target) && !Array.isArray(update) ? [...target, update] : mergeValues(target, update)
}

function mergeValues(target: unknown, update: unknown): unknown {
  if (Array.isArray(target) && Array.isArray(update)) return [...target, ...update]
  const left = asRecord(target)
  const right = asRecord(update)
  if (!left || !right) return update
  const merged = copyRecord(left)
  for (const [key, value] of Object.entries(right)) {
    write(merged, key, Object.hasOwn(left, key) ? mergeValues(left[key], value) : value)
  }
  return merged
}

/** Spreading keeps a member named `__proto__` a plain member. */
function copyRecord(value: object): Record<string | number, unknown> {
  return { ...value }
}

function hasMember(container: Container, key: string | number): boolean {
  return Object.hasOwn(container, key)
}

function read(container: Container, key: string | number): unknown {
  // Own members of lists and objects are read by name alike.
  return (container as Record<string | number, unknown>)[key]
}

/** Defined, not assigned: a member may be called `__proto__`. */
function write(container: Container, key: string | number, value: unknown): void {
  Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true })
}
