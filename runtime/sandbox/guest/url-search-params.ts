import { decodeUtf8, encodeUtf8 } from './utf8.ts'
import { toDomString, toUsvString } from './web-idl.ts'

type Pair = [name: string, value: string]

/**
 * Ties parameters to the URL they belong to: tells it every change, or takes over a query that was set there.
 * Known to url.ts alone.
 */
export let onParametersChange: (
  parameters: URLSearchParams,
  tell: ((text: string) => void) | undefined,
  replacement?: string,
) => void

/** URLSearchParams (URL, section 6.2). */
export class URLSearchParams {
  #pairs: Pair[]
  #tell: ((text: string) => void) | undefined

  static {
    onParametersChange = (parameters, tell, replacement) => {
      if (tell) parameters.#tell = tell
      if (replacement !== undefined) parameters.#pairs = parsePairs(replacement)
    }
  }

  constructor(init: unknown = '') {
    this.#pairs = readInit(init)
  }

  get size(): number {
    return this.#pairs.length
  }

  append(name: unknown, value: unknown): void {
    this.#pairs.push([toUsvString(name), toUsvString(value)])
    this.#changed()
  }

  delete(name: unknown, value?: unknown): void {
    this.#pairs = this.#pairs.filter((pair) => !fits(pair, name, value))
    this.#changed()
  }

  get(name: unknown): string | null {
    return this.#pairs.find((pair) => fits(pair, name))?.[1] ?? null
  }

  getAll(name: unknown): string[] {
    return this.#pairs.filter((pair) => fits(pair, name)).map(([, value]) => value)
  }

  has(name: unknown, value?: unknown): boolean {
    return this.#pairs.some((pair) => fits(pair, name, value))
  }

  set(name: unknown, value: unknown): void {
    const first = this.#pairs.find((pair) => fits(pair, name))
    if (!first) return this.append(name, value)
    first[1] = toUsvString(value)
    this.#pairs = this.#pairs.filter((pair) => pair === first || !fits(pair, name))
    this.#changed()
  }

  sort(): void {
    // By UTF-16 code units, and stable.
    this.#pairs.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    this.#changed()
  }

  forEach(visit: (value: string, name: string, parameters: URLSearchParams) => void, receiver?: unknown): void {
    for (const [name, value] of this) visit.call(receiver, value, name, this)
  }

  *entries(): IterableIterator<Pair> {
    for (let at = 0; at < this.#pairs.length; at++) {
      const [name, value] = this.#pairs[at] ?? ['', '']
      yield [name, value]
    }
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): IterableIterator<Pair> {
    return this.entries()
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${escapeForm(name)}=${escapeForm(value)}`).join('&')
  }

  #changed(): void {
    this.#tell?.(this.toString())
  }

  get [Symbol.toStringTag](): string {
    return 'URLSearchParams'
  }
}

function readInit(init: unknown): Pair[] {
  if (init === null || (typeof init !== 'object' && typeof init !== 'function')) return parsePairs(toDomString(init))
  if (Symbol.iterator in init) {
    // It is iterable; what it gives is looked at one by one.
    return Array.from(init as Iterable<unknown>, (pair) => {
      const parts = typeof pair === 'object' && pair !== null ? [...(pair as Iterable<unknown>)] : []
      if (parts.length !== 2) throw notAPair()
      return [toUsvString(parts[0]), toUsvString(parts[1])]
    })
  }
  return Object.entries(init).map(([name, value]): Pair => [toUsvString(name), toUsvString(value)])
}

function notAPair(): TypeError {
  return Object.assign(new TypeError('Each query pair must be an iterable [name, value] tuple'), {
    code: 'ERR_INVALID_TUPLE',
  })
}

function parsePairs(query: string): Pair[] {
  const text = query.startsWith('?') ? query.slice(1) : query
  return text
    .split('&')
    .filter(Boolean)
    .map((part): Pair => {
      const at = part.indexOf('=')
      return at < 0 ? [unescapeForm(part), ''] : [unescapeForm(part.slice(0, at)), unescapeForm(part.slice(at + 1))]
    })
}

function fits([name, value]: Pair, wantedName: unknown, wantedValue?: unknown): boolean {
  return name === toDomString(wantedName) && (wantedValue === undefined || value === toDomString(wantedValue))
}

/** application/x-www-form-urlencoded (URL, section 5.2). */
function escapeForm(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9*._-]/gu, (character) => {
    if (character === ' ') return '+'
    return Array.from(encodeUtf8(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  })
}

function unescapeForm(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced.toWellFormed()
  const bytes: number[] = []
  const source = encodeUtf8(spaced)
  for (let at = 0; at < source.length; at++) {
    const pair = source[at] === 0x25 ? String.fromCharCode(source[at + 1] ?? 0, source[at + 2] ?? 0) : ''
    const isEscape = /^[0-9A-Fa-f]{2}$/.test(pair)
    bytes.push(isEscape ? Number.parseInt(pair, 16) : (source[at] ?? 0))
    if (isEscape) at += 2
  }
  return decodeUtf8(Uint8Array.from(bytes), false)
}
