import { Body, cloneSource, extractBody, type BodySource } from './body.ts'
import { Headers } from './headers.ts'
import { URL } from './url.ts'
import { toDomString } from './web-idl.ts'

interface ResponseInit {
  readonly status?: unknown
  readonly statusText?: string
  readonly headers?: unknown
}

type ResponseType = 'default' | 'error' | 'basic'

const NULL_BODY_STATUSES = new Set([101, 103, 204, 205, 304])
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

/** Makes the answer to a request. Known to fetch.ts alone. */
export let fetchedResponse: (answer: {
  readonly url: string
  readonly redirected: boolean
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly source: BodySource
}) => Response

/** Response (Fetch, section 5.5). */
export class Response extends Body {
  readonly headers: Headers
  #status: number
  #statusText: string
  #url = ''
  #type: ResponseType = 'default'
  #isRedirected = false

  static {
    fetchedResponse = ({ url, redirected, status, statusText, headers, source }) => {
      const hasBody = !NULL_BODY_STATUSES.has(status)
      const response = new Response(hasBody ? source : null, { headers })
      response.#status = status
      response.#statusText = statusText
      response.#url = url
      response.#isRedirected = redirected
      response.#type = 'basic'
      return response
    }
  }

  constructor(init: unknown = null, { status = 200, statusText = '', headers }: ResponseInit = {}) {
    const number = Number(status)
    if (!(number >= 200 && number <= 599)) {
      throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.')
    }
    const { source, type } = extractBody(init)
    if (source !== null && NULL_BODY_STATUSES.has(number)) {
      throw new TypeError(`Response constructor: Invalid response status code ${number}`)
    }
    super(source)
    this.#status = Math.trunc(number)
    this.#statusText = toDomString(statusText)
    this.headers = new Headers(headers)
    if (type !== undefined && !this.headers.has('content-type')) this.headers.set('content-type', type)
  }

  get status(): number {
    return this.#status
  }

  get statusText(): string {
    return this.#statusText
  }

  get ok(): boolean {
    return this.#status >= 200 && this.#status <= 299
  }

  get url(): string {
    return this.#url
  }

  get type(): ResponseType {
    return this.#type
  }

  get redirected(): boolean {
    return this.#isRedirected
  }

  clone(): Response {
    const { status, statusText, headers } = this
    const copy = new Response(cloneSource(this), { statusText, headers })
    copy.#status = status
    copy.#url = this.#url
    copy.#type = this.#type
    copy.#isRedirected = this.#isRedirected
    return copy
  }

  static error(): Response {
    const response = new Response()
    response.#status = 0
    response.#type = 'error'
    return response
  }

  static json(value: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(value)
    if (text === undefined) throw new TypeError('Value is not JSON serializable')
    const headers = new Headers(init.headers)
    if (!headers.has('content-type')) headers.set('content-type', 'application/json')
    return new Response(text, { ...init, headers })
  }

  static redirect(url: unknown, status = 302): Response {
    const location = new URL(url).href
    if (!REDIRECT_STATUSES.has(status)) throw new RangeError(`Invalid status code ${status}`)
    return new Response(null, { status, headers: { location } })
  }

  get [Symbol.toStringTag](): string {
    return 'Response'
  }
}
