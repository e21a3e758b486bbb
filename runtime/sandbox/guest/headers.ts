import { toDomString } from './web-idl.ts'

type Pair = readonly [name: string, value: string]

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// eslint-disable-next-line no-control-regex -- these characters are what may not stand there
const FORBIDDEN = /[\0\r\n]|[^\0-\xFF]/

/** Headers (Fetch, section 5.1), without guards: what may be sent is for the broker to say. */
export class Headers {
  #pairs: Pair[] = []

  constructor(init?: unknown) {
    if (init === undefined) return
    if (typeof init !== 'object' || init === null) {
      throw new TypeError('Headers constructor: init has to be a sequence of pairs or a record.')
    }
    for (const [name, value] of readPairs(init)) this.append(name, value)
  }

  append(name: unknown, value: unknown): void {
    this.#pairs.push([readName(name), readValue(value)])
  }

  delete(name: unknown): void {
    const wanted = readName(name)
    this.#pairs = this.#pairs.filter(([known]) => known !== wanted)
  }

  get(name: unknown): string | null {
    const wanted = readName(name)
    const values = this.#pairs.filter(([known]) => known === wanted).map(([, value]) => value)
    return values.length === 0 ? null : values.join(', ')
  }

  getSetCookie(): string[] {
    return this.#pairs.filter(([name]) => name === 'set-cookie').map(([, value]) => value)
  }

  has(name: unknown): boolean {
    const wanted = readName(name)
    return this.#pairs.some(([known]) => known === wanted)
  }

  set(name: unknown, value: unknown): void {
    this.delete(name)
    this.append(name, value)
  }

  forEach(visit: (value: string, name: string, headers: Headers) => void, receiver?: unknown): void {
    for (const [name, value] of this) visit.call(receiver, value, name, this)
  }

  /** Sorted by name, values of one name combined, except cookies. */
  *entries(): IterableIterator<[string, string]> {
    const names = [...new Set(this.#pairs.map(([name]) => name))].toSorted()
    for (const name of names) {
      if (name === 'set-cookie') for (const cookie of this.getSetCookie()) yield [name, cookie]
      else yield [name, this.get(name) ?? '']
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }

  get [Symbol.toStringTag](): string {
    return 'Headers'
  }
}

function readPairs(init: object): Iterable<readonly [unknown, unknown]> {
  if (!(Symbol.iterator in init)) return Object.entries(init)
  // It is iterable; each item is looked at.
  return Array.from(init as Iterable<unknown>, (pair) => {
    const parts = typeof pair === 'object' && pair !== null ? [...(pair as Iterable<unknown>)] : []
    if (parts.length !== 2) throw new TypeError('Headers constructor: expected name/value pair to be length 2.')
    return [parts[0], parts[1]] as const
  })
}

function readName(name: unknown): string {
  const text = toDomString(name)
  if (!NAME.test(text)) throw new TypeError(`"${text}" is an invalid header name.`)
  return text.toLowerCase()
}

function readValue(value: unknown): string {
  const text = toDomString(value).replaceAll(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
  if (FORBIDDEN.test(text)) throw new TypeError('A header value holds a character that headers cannot hold.')
  return text
}
