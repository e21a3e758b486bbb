import { toDomString } from './web-idl.ts'

const CODES: Readonly<Record<string, number>> = {
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  InvalidCharacterError: 5,
  NotFoundError: 8,
  NotSupportedError: 9,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidModificationError: 13,
  NamespaceError: 14,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  URLMismatchError: 21,
  QuotaExceededError: 22,
  TimeoutError: 23,
  DataCloneError: 25,
}

/** DOMException (WebIDL, section 4.3). */
export class DOMException extends Error {
  readonly #name: string

  constructor(message = '', nameOrOptions: string | { readonly name?: unknown; readonly cause?: unknown } = 'Error') {
    const options = typeof nameOrOptions === 'string' ? { name: nameOrOptions } : nameOrOptions
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.#name = toDomString(options.name ?? 'Error')
  }

  override get name(): string {
    return this.#name
  }

  get code(): number {
    return Object.hasOwn(CODES, this.#name) ? (CODES[this.#name] ?? 0) : 0
  }

  get [Symbol.toStringTag](): string {
    return 'DOMException'
  }
}
