import { CallRefused } from './call-refused.ts'
import { NoAnswer } from './no-answer.ts'

const MOST_REDIRECTS = 5

/**
 * Sends a request and follows redirects within its origin, as the Fetch standard does (section 4.4): 303, and POST
 * answered by 301 or 302, become GET.
 * @param signal  of the call: that of a Request follows it through a weak reference on Node, and no longer ends an answer
 *   once memory has been swept
 * @returns the last request with its answer
 * @throws NoAnswer when there is none
 * @throws CallRefused when a redirect leads to another origin: credentials and arguments stay where they belong
 */
export async function fetchWithinOrigin(
  request: Request,
  send: typeof fetch,
  signal: AbortSignal,
): Promise<{ request: Request; response: Response }> {
  let current = request
  for (let redirects = 0; ; redirects++) {
    const spare = current.clone()
    const response = await sendOnce(current, send, signal)
    const location = REDIRECT_STATUSES.has(response.status) ? response.headers.get('location') : null
    if (location === null) return { request: spare, response }
    await response.body?.cancel()
    const target = new URL(location, spare.url)
    if (target.origin !== new URL(spare.url).origin) {
      throw new CallRefused(
        `${spare.method} ${new URL(spare.url).pathname} answered ${response.status}, a redirect to another host: ${target.origin}${target.pathname}. It was not followed. If that address is right, make it the base URL.`,
      )
    }
    if (redirects === MOST_REDIRECTS) {
      throw new CallRefused(
        `${spare.method} ${new URL(spare.url).pathname} redirected more than ${MOST_REDIRECTS} times.`,
      )
    }
    current = redirected(spare, target, response.status)
  }
}

async function sendOnce(request: Request, send: typeof fetch, signal: AbortSignal): Promise<Response> {
  // Not every host's fetch looks at a signal that has aborted already.
  if (signal.aborted) throw new NoAnswer(signal.reason)
  try {
    return await send(request, { signal })
  } catch (error) {
    throw new NoAnswer(error)
  }
}

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

function redirected(request: Request, target: URL, status: number): Request {
  const isGet = request.method === 'GET' || request.method === 'HEAD'
  const becomesGet = (status === 303 && !isGet) || (status < 303 && request.method === 'POST')
  if (!becomesGet) return new Request(target, request)
  const headers = new Headers(request.headers)
  for (const name of ['content-type', 'content-length', 'content-encoding', 'content-language']) headers.delete(name)
  return new Request(target, { method: 'GET', headers, redirect: 'manual', signal: request.signal })
}
