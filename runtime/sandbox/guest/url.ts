import { compute } from './host.ts'
import { onParametersChange, URLSearchParams } from './url-search-params.ts'
import { toDomString } from './web-idl.ts'

interface UrlParts {
  readonly href: string
  readonly origin: string
  readonly protocol: string
  readonly username: string
  readonly password: string
  readonly host: string
  readonly hostname: string
  readonly port: string
  readonly pathname: string
  readonly search: string
  readonly hash: string
}

type SettablePart = Exclude<keyof UrlParts, 'origin'>

function parseUrl(url: unknown, base: unknown): UrlParts | undefined {
  const values = base === undefined ? [toDomString(url)] : [toDomString(url), toDomString(base)]
  if (values[1] === '') return undefined
  // The process answers with all parts.
  return compute('parseUrl', ...values) as UrlParts | undefined
}

/** URL (URL, section 6.1), parsed by the process. */
export class URL {
  #parts: UrlParts
  #searchParams: URLSearchParams | undefined

  constructor(url: unknown, base?: unknown) {
    const parts = parseUrl(url, base)
    if (!parts) throw invalidUrl(toDomString(url), base)
    this.#parts = parts
  }

  static canParse(url: unknown, base?: unknown): boolean {
    return parseUrl(url, base) !== undefined
  }

  static parse(url: unknown, base?: unknown): URL | null {
    return URL.canParse(url, base) ? new URL(url, base) : null
  }

  get href(): string {
    return this.#parts.href
  }
  set href(value: string) {
    const parts = parseUrl(value, undefined)
    if (!parts) throw invalidUrl(toDomString(value), undefined)
    this.#replace(parts)
  }
  get origin(): string {
    return this.#parts.origin
  }
  get protocol(): string {
    return this.#parts.protocol
  }
  set protocol(value: string) {
    this.#set('protocol', value)
  }
  get username(): string {
    return this.#parts.username
  }
  set username(value: string) {
    this.#set('username', value)
  }
  get password(): string {
    return this.#parts.password
  }
  set password(value: string) {
    this.#set('password', value)
  }
  get host(): string {
    return this.#parts.host
  }
  set host(value: string) {
    this.#set('host', value)
  }
  get hostname(): string {
    return this.#parts.hostname
  }
  set hostname(value: string) {
    this.#set('hostname', value)
  }
  get port(): string {
    return this.#parts.port
  }
  set port(value: string) {
    this.#set('port', value)
  }
  get pathname(): string {
    return this.#parts.pathname
  }
  set pathname(value: string) {
    this.#set('pathname', value)
  }
  get search(): string {
    return this.#parts.search
  }
  set search(value: string) {
    this.#set('search', value)
  }
  get hash(): string {
    return this.#parts.hash
  }
  set hash(value: string) {
    this.#set('hash', value)
  }

  get searchParams(): URLSearchParams {
    if (!this.#searchParams) {
      this.#searchParams = new URLSearchParams(this.#parts.search)
      onParametersChange(this.#searchParams, (text) => {
        // The parameters hold the change already.
        this.#parts = this.#withPart('search', text)
      })
    }
    return this.#searchParams
  }

  toString(): string {
    return this.#parts.href
  }

  toJSON(): string {
    return this.#parts.href
  }

  #set(part: SettablePart, value: unknown): void {
    this.#replace(this.#withPart(part, toDomString(value)))
  }

  #withPart(part: SettablePart, value: string): UrlParts {
    // The process answers with all parts.
    return (compute('setUrlPart', this.#parts.href, part, value) as UrlParts | undefined) ?? this.#parts
  }

  #replace(parts: UrlParts): void {
    const isOtherSearch = parts.search !== this.#parts.search
    this.#parts = parts
    if (isOtherSearch && this.#searchParams) onParametersChange(this.#searchParams, undefined, parts.search)
  }

  get [Symbol.toStringTag](): string {
    return 'URL'
  }
}

function invalidUrl(input: string, base: unknown): TypeError {
  return Object.assign(new TypeError('Invalid URL'), {
    code: 'ERR_INVALID_URL',
    input,
    ...(base !== undefined && { base: toDomString(base) }),
  })
}
