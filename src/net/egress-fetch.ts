import type { ClientCertificate } from './client-certificate.ts'
import type { Egress, EgressPolicy, EgressRequest, EgressResponse } from './egress.ts'

/** The Fetch API over egress, for code that runs in this process. */
export function egressFetch(
  egress: Egress,
  policy: EgressPolicy,
  clientCertificate?: (url: URL) => ClientCertificate | undefined,
): typeof fetch {
  return async (input, init) => {
    const request = await toEgressRequest(input, init)
    const certificate = clientCertificate?.(new URL(request.url))
    const answer = await egress.request({ ...request, ...(certificate && { clientCertificate: certificate }) }, policy)
    return toResponse(answer, new Uint8Array(answer.body))
  }
}

/** The same for answers that stream: it resolves at the head, and bounds neither time nor bytes. */
export function egressStreamFetch(
  egress: Egress,
  policy: Pick<EgressPolicy, 'hosts' | 'caller' | 'redirects'>,
): typeof fetch {
  return async (input, init) => {
    const answer = await egress.open(await toEgressRequest(input, init), policy)
    return toResponse(answer, answer.body)
  }
}

async function toEgressRequest(...asked: Parameters<typeof fetch>): Promise<EgressRequest> {
  const [input, init] = asked
  const request = new Request(...asked)
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
  const { url, method } = request
  // Its caller's own: that of the request here would follow it only as long as the request lives.
  const signal = init?.signal ?? (input instanceof Request ? signalOf(input) : undefined)
  return { url, method, headers: [...request.headers], ...(signal && { signal }), ...(body && { body }) }
}

const requests = new WeakMap<AbortSignal, Request>()

/**
 * Holds the request as long as its signal is held. Node's Request hears of its own caller's abort through a weak
 * reference: once memory has been swept, an answer that has begun would not end.
 */
function signalOf(request: Request): AbortSignal {
  requests.set(request.signal, request)
  return request.signal
}

function toResponse(head: Omit<EgressResponse, 'body'>, body: BodyInit | null): Response {
  const { url, status, statusText, headers } = head
  const hasBody = status !== 204 && status !== 205 && status !== 304
  const response = new Response(hasBody ? body : null, {
    status,
    statusText,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
  Object.defineProperty(response, 'url', { value: url })
  return response
}
