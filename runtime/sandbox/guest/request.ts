import { AbortController, AbortSignal } from './abort.ts'
import { Body, cloneSource, extractBody, takeSource, type BodySource } from './body.ts'
import { Headers } from './headers.ts'
import { URL } from './url.ts'
import { toDomString } from './web-idl.ts'

interface RequestInit {
  readonly method?: unknown
  readonly headers?: unknown
  readonly body?: unknown
  readonly signal?: unknown
  readonly redirect?: string
  readonly credentials?: string
  readonly mode?: string
  readonly cache?: string
  readonly referrer?: string
  readonly integrity?: string
  readonly keepalive?: boolean
}

/** Request (Fetch, section 5.4). */
export class Request extends Body {
  readonly headers: Headers
  readonly method: string
  readonly url: string
  readonly signal: AbortSignal
  readonly redirect: string
  readonly credentials: string
  readonly mode: string
  readonly cache: string
  readonly referrer: string
  readonly integrity: string
  readonly keepalive: boolean
  readonly destination = ''
  readonly referrerPolicy = ''
  readonly duplex = 'half'

  constructor(input: unknown, init: RequestInit = {}) {
    const from = input instanceof Request ? input : undefined
    const url = from ? from.url : readUrl(input)
    const method = init.method === undefined ? (from?.method ?? 'GET') : readMethod(init.method)
    const { source, type } = bodyOf(from, init, method)
    super(source)
    this.url = url
    this.method = method
    this.headers = new Headers(init.headers ?? from?.headers)
    if (type !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', type)
    this.signal = init.signal === undefined ? (from?.signal ?? new AbortController().signal) : readSignal(init.signal)
    this.redirect = init.redirect ?? from?.redirect ?? 'follow'
    this.credentials = init.credentials ?? from?.credentials ?? 'same-origin'
    this.mode = init.mode ?? from?.mode ?? 'cors'
    this.cache = init.cache ?? from?.cache ?? 'default'
    this.referrer = init.referrer ?? from?.referrer ?? 'about:client'
    this.integrity = init.integrity ?? from?.integrity ?? ''
    this.keepalive = init.keepalive ?? from?.keepalive ?? false
  }

  clone(): Request {
    const source = cloneSource(this)
    return new Request(this.url, { ...settingsOf(this), ...(source !== null && { body: source }) })
  }

  get [Symbol.toStringTag](): string {
    return 'Request'
  }
}

function settingsOf(request: Request): RequestInit {
  const { method, headers, signal, redirect, credentials, mode, cache, referrer, integrity, keepalive } = request
  return { method, headers, signal, redirect, credentials, mode, cache, referrer, integrity, keepalive }
}

function bodyOf(from: Request | undefined, { body }: RequestInit, method: string): ReturnType<typeof extractBody> {
  const isGiven = body !== undefined && body !== null
  const source: BodySource = !isGiven && from?.body ? takeSource(from) : null
  if ((isGiven || source !== null) && (method === 'GET' || method === 'HEAD')) {
    throw new TypeError('Request with GET/HEAD method cannot have body.')
  }
  return isGiven ? extractBody(body) : { source, type: undefined }
}

function readUrl(input: unknown): string {
  const text = toDomString(input)
  const url = URL.parse(text)
  if (!url) throw new TypeError(`Failed to parse URL from ${text}`)
  if (url.username !== '' || url.password !== '') {
    throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${text}`)
  }
  return url.href
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Written in capitals, however they were given; PATCH is not among them (Fetch, section 4.1). */
const KNOWN_METHODS = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK'])

function readMethod(method: unknown): string {
  const text = toDomString(method)
  const upper = text.toUpperCase()
  if (!METHOD.test(text)) throw new TypeError(`'${text}' is not a valid HTTP method.`)
  if (REFUSED_METHODS.has(upper)) throw new TypeError(`'${text}' HTTP method is unsupported.`)
  return KNOWN_METHODS.has(upper) ? upper : text
}

function readSignal(signal: unknown): AbortSignal {
  if (signal === null) return new AbortController().signal
  if (signal instanceof AbortSignal) return signal
  throw new TypeError('Failed to construct Request: member signal is not of type AbortSignal.')
}
