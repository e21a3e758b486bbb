/**
 * The Fetch API, limited to some hosts, at every redirect too. Where no broker stands between a server and the network
 * this keeps what its description promises.
 * Redirects: Fetch standard, section 4.4 (HTTP-redirect fetch); what may be a credential stays with its host: another
 * gets neither headers of the request's own nor its body.
 * @param hosts  as `host`, or `host:port` where the port is not the scheme's own
 */
export function allowedFetch(hosts: readonly string[], send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    // Its caller's own: on Node that of the request here follows it through a weak reference.
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null)
    checkHost(request.url, hosts)
    if (request.redirect !== 'follow') return send(request, { signal })
    const body = request.body === null ? null : await request.arrayBuffer()
    const { headers, method } = request
    let step: Step = { url: new URL(request.url), method, headers, body }
    for (let redirects = 0; ; redirects++) {
      const { url, ...sent } = step
      const response = await send(url, { ...sent, signal, redirect: 'manual' })
      const location = REDIRECT_STATUSES.has(response.status) ? response.headers.get('location') : null
      if (location === null) return redirects > 0 ? markRedirected(response) : response
      await response.body?.cancel()
      if (redirects === MOST_REDIRECTS) throw new TypeError(`${url.host} redirected more than ${MOST_REDIRECTS} times.`)
      step = redirected(step, response.status, new URL(location, url))
      checkHost(step.url.href, hosts)
    }
  }
}

const MOST_REDIRECTS = 20
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

interface Step {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: ArrayBuffer | null
}

/** @throws TypeError as fetch does, saying what is allowed */
function checkHost(address: string, hosts: readonly string[]): void {
  const { host, protocol } = new URL(address)
  if (/^https?:$/.test(protocol) && hosts.includes(host)) return
  throw new TypeError(
    `HOST_NOT_ALLOWED: This server may not reach "${host}". It may reach: ${hosts.join(', ') || 'no host'}. Add the host to the tool's hosts.`,
  )
}

function redirected({ url, method, headers, body }: Step, status: number, target: URL): Step {
  const isSameOrigin = target.origin === url.origin
  const becomesGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST'
  const goesOn = becomesGet ? null : body
  if (goesOn && !isSameOrigin) {
    throw new TypeError(
      `${method} ${url.host}${url.pathname} was redirected to another host, ${target.host}. What it holds was not sent there.`,
    )
  }
  const kept = [...headers].filter(([name]) => {
    if (becomesGet && name.startsWith('content-')) return false
    return isSameOrigin || HARMLESS.has(name)
  })
  return { url: target, method: becomesGet ? 'GET' : method, headers: new Headers(kept), body: goesOn }
}

/** Any other header may hold an API key. */
const HARMLESS = new Set(['accept', 'accept-language', 'user-agent'])

/** As fetch says it of answers that it was led to. */
function markRedirected(response: Response): Response {
  return Object.defineProperty(response, 'redirected', { value: true })
}
