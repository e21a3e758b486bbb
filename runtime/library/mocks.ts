import { decodeBase64 } from './base64.ts'

/** An answer that a request gets in place of a real one. */
export interface Mock {
  /** Absent parts fit any request. `url` may hold `*` for anything. */
  readonly request?: { readonly method?: string; readonly url?: string }
  readonly response: {
    /** 200 by default. */
    readonly status?: number
    readonly headers?: Readonly<Record<string, string>>
    /** A text is sent as it is, anything else as JSON. */
    readonly body?: unknown
    /** Bytes, in place of `body`. */
    readonly base64?: string
  }
}

/**
 * The first mock that fits answers. Several for one and the same request answer one after another, the last of them
 * from then on.
 */
export type MockedAnswers = (request: { readonly method: string; readonly url: string }) => Mock['response'] | undefined

export function mockedAnswers(mocks: readonly Mock[]): MockedAnswers {
  const used = new Set<Mock>()
  return (request) => {
    const first = mocks.find((mock) => fits(mock, request))
    if (!first) return undefined
    const series = mocks.filter((mock) => patternOf(mock) === patternOf(first))
    const mock = series.find((candidate) => !used.has(candidate)) ?? series.at(-1) ?? first
    used.add(mock)
    return mock.response
  }
}

function patternOf({ request: { method = '*', url = '*' } = {} }: Mock): string {
  return `${method.toUpperCase()} ${url}`
}

/** A fetch that answers by mocks alone. @param onRequest  hears each request before it is answered */
export function mockedFetch(mocks: readonly Mock[], onRequest: (label: string) => void = () => {}): typeof fetch {
  const answers = mockedAnswers(mocks)
  return async (input, init) => {
    const { method, url } = new Request(input, init)
    onRequest(`${method} ${url}`)
    const answer = answers({ method, url })
    if (!answer) throw new Error(`No mock answers ${method} ${url}.`)
    const { status, headers, bytes } = mockedParts(answer)
    const response = new Response(bytes.length > 0 ? bytes : null, { status, headers })
    Object.defineProperty(response, 'url', { value: url })
    return response
  }
}

/** What a mock's answer is on the wire. */
export function mockedParts({ status = 200, headers = {}, body, base64 }: Mock['response']): {
  readonly status: number
  readonly headers: Record<string, string>
  readonly bytes: Uint8Array<ArrayBuffer>
} {
  const isText = typeof body === 'string'
  const type = isText ? 'text/plain' : 'application/json'
  const text = isText ? body : (JSON.stringify(body) ?? '')
  const bytes = (base64 === undefined ? undefined : decodeBase64(base64)) ?? new TextEncoder().encode(text)
  // Fetch standard, section 2.2.3: these have no body.
  const isEmpty = status === 204 || status === 205 || status === 304
  return { status, headers: { 'content-type': type, ...headers }, bytes: isEmpty ? new Uint8Array() : bytes }
}

function fits({ request: wanted = {} }: Mock, { method, url }: { method: string; url: string }): boolean {
  const methodFits = wanted.method === undefined || wanted.method.toUpperCase() === method.toUpperCase()
  return methodFits && (wanted.url === undefined || fitsPattern(wanted.url, url))
}

/** Part after part, so that no pattern takes more than linear time. */
function fitsPattern(pattern: string, url: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  if (!url.startsWith(first)) return false
  const last = others.pop()
  if (last === undefined) return url === first
  let from = first.length
  for (const part of others) {
    const found = url.indexOf(part, from)
    if (found < 0) return false
    from = found + part.length
  }
  return url.length - last.length >= from && url.endsWith(last)
}
