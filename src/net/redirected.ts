import type { EgressRequest } from './egress.ts'

const CREDENTIAL_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization'])

/** Fetch standard, HTTP-redirect fetch: 303 (and 301, 302 after POST) become GET; another host gets no credentials. */
export function redirected(request: EgressRequest, status: number, from: URL, to: URL): EgressRequest {
  const method = request.method ?? 'GET'
  const becomesGet = status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'
  const sameHost = from.host === to.host && from.protocol === to.protocol
  const headers = (request.headers ?? []).filter(([name]) => {
    const lower = name.toLowerCase()
    if (becomesGet && lower.startsWith('content-')) return false
    // Besides the standard ones, any header may hold an API key: another host gets only what describes the answer.
    return sameHost || (!CREDENTIAL_HEADERS.has(lower) && ['accept', 'accept-language', 'user-agent'].includes(lower))
  })
  const { body, ...rest } = request
  return { ...rest, url: to.href, method: becomesGet ? 'GET' : method, headers, ...(body && !becomesGet && { body }) }
}
