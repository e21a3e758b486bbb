import { DOMException } from './dom-exception.ts'

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }

/** structuredClone (HTML, section 2.7) of JavaScript's own values; buffers in `transfer` are moved. */
export function structuredClone(
  value: unknown,
  { transfer = [] }: { readonly transfer?: Iterable<unknown> } = {},
): unknown {
  const copies = new Map<object, unknown>()
  for (const buffer of transfer) {
    if (!(buffer instanceof ArrayBuffer)) throw cannotClone('Value not transferable')
    copies.set(buffer, buffer.transfer())
  }
  return copy(value, copies)
}

function copy(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol')
    throw cannotClone(`${String(value)} could not be cloned.`)
  if (typeof value !== 'object' || value === null) return value
  if (copies.has(value)) return copies.get(value)
  const made = emptyCopy(value, copies)
  copies.set(value, made)
  fill(value, made, copies)
  return made
}

/** A new object of the same kind, without what it holds of others. */
function emptyCopy(value: object, copies: Map<object, unknown>): object {
  if (Array.isArray(value)) return []
  if (value instanceof Date) return new Date(value.getTime())
  if (value instanceof RegExp) return new RegExp(value.source, value.flags)
  if (value instanceof Map) return new Map()
  if (value instanceof Set) return new Set()
  if (value instanceof ArrayBuffer) return value.slice(0)
  if (ArrayBuffer.isView(value)) return copyView(value, copies)
  if (value instanceof Error) return copyError(value)
  if (isBoxed(value)) return Object(value.valueOf())
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet || value instanceof WeakRef) {
    throw cannotClone(`#<${value.constructor.name}> could not be cloned.`)
  }
  return {}
}

function fill(from: object, to: object, copies: Map<object, unknown>): void {
  if (from instanceof Map && to instanceof Map) {
    for (const [key, item] of new Map(from)) to.set(copy(key, copies), copy(item, copies))
  } else if (from instanceof Set && to instanceof Set) {
    for (const item of new Set(from)) to.add(copy(item, copies))
  } else if (from instanceof Error) {
    if ('cause' in from) Object.defineProperty(to, 'cause', { ...HIDDEN, value: copy(from.cause, copies) })
  } else if (Array.isArray(from) && Array.isArray(to)) {
    fillArray(from, to, copies)
  } else if (isPlain(to)) fillProperties(from, to, Object.keys(from), copies)
}

function fillArray(from: readonly unknown[], to: unknown[], copies: Map<object, unknown>): void {
  let items = 0
  to.length = from.length
  // It passes over holes.
  from.forEach((item, index) => {
    to[index] = copy(item, copies)
    items++
  })
  const keys = Object.keys(from)
  if (keys.length > items) fillProperties(from, to, keys.slice(items), copies)
}

function fillProperties(from: object, to: object, keys: readonly string[], copies: Map<object, unknown>): void {
  for (const key of keys) {
    const value = copy(Reflect.get(from, key), copies)
    Object.defineProperty(to, key, { value, configurable: true, enumerable: true, writable: true })
  }
}

const HIDDEN = { configurable: true, enumerable: false, writable: true }

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}

function isBoxed(value: object): boolean {
  return ['[object Boolean]', '[object Number]', '[object String]'].includes(Object.prototype.toString.call(value))
}

function copyView(view: ArrayBufferView, copies: Map<object, unknown>): ArrayBufferView {
  const buffer = copy(view.buffer, copies) as ArrayBuffer
  if (view instanceof DataView) return new DataView(buffer, view.byteOffset, view.byteLength)
  // Every other view is a typed array, and its constructor takes these.
  const typed = view as Uint8Array
  const Constructor = typed.constructor as Uint8ArrayConstructor
  return new Constructor(buffer, typed.byteOffset, typed.length)
}

function copyError(error: Error): Error {
  const Constructor = Object.hasOwn(ERRORS, error.name) ? ERRORS[error.name as keyof typeof ERRORS] : Error
  const made = new Constructor(error.message)
  Object.defineProperty(made, 'stack', { ...HIDDEN, value: error.stack })
  return made
}

function cannotClone(message: string): DOMException {
  return new DOMException(message, 'DataCloneError')
}
