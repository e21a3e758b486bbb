import type { ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { chooseUpstreams, type Rule } from './choose-upstreams.ts'
import { keepHealth, readHealth } from './health.ts'
import { type Upstream, upstreams } from './upstreams.ts'

export interface RoutedRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Begins with a slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly rule: Rule
}

export interface RoutedAnswer {
  readonly upstream: string
  readonly status: number
  /** JSON where it is that, else text. */
  readonly body: unknown
  readonly truncated?: true
  /** Upstreams that were tried before, with what went wrong. */
  readonly failed: readonly Failure[]
}

interface Failure {
  readonly upstream: string
  readonly problem: string
}

const ATTEMPT_MS = 4_000
const MOST_ATTEMPTS = 3
const BODY_CHARACTERS = 20_000

/**
 * Sends a request to the upstream of its path. One that does not answer, or says that it cannot now, is remembered as
 * sick. What only reads then goes to the next; a change is never sent twice, since the first may have done it.
 * @throws Error naming every upstream that was tried, when none answered
 */
export async function sendRequest(
  request: RoutedRequest,
  context: Pick<ToolContext, 'fetch' | 'store' | 'signal' | 'log'>,
): Promise<RoutedAnswer> {
  const health = await readHealth(context.store)
  const choice = { path: request.path, rule: request.rule, health, now: Date.now(), random: Math.random }
  const ordered = chooseUpstreams(upstreams, choice)
  const failed: Failure[] = []
  for (const upstream of ordered.slice(0, request.method === 'GET' ? MOST_ATTEMPTS : 1)) {
    const answer = await tryOnce(upstream, request, context)
    if (!('problem' in answer)) return { upstream: upstream.name, ...answer, failed }
    context.log('warning', `${upstream.name} failed: ${answer.problem}`)
    failed.push({ upstream: upstream.name, problem: answer.problem })
  }
  const list = failed.map(({ upstream, problem }) => `${upstream}: ${problem}`).join('; ')
  const advice =
    request.method === 'GET' ? 'check_health asks them all.' : 'It may have been done: look before you repeat it.'
  throw new Error(`No upstream answered ${request.method} ${request.path} (${list}). ${advice}`)
}

async function tryOnce(
  upstream: Upstream,
  request: RoutedRequest,
  { fetch, store, signal }: Pick<ToolContext, 'fetch' | 'store' | 'signal'>,
): Promise<Omit<RoutedAnswer, 'upstream' | 'failed'> | { readonly problem: string }> {
  const address = addressOf(upstream, request)
  try {
    const response = await fetch(address, {
      method: request.method,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
      ...(request.body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request.body),
      }),
    })
    const { status } = response
    // RFC 9110, section 15.6: a gateway's trouble, an overload, a gateway's silence.
    if (status >= 502 && status <= 504) {
      await keepHealth(store, upstream, { is_healthy: false, status })
      return { problem: `it answered ${status}` }
    }
    await keepHealth(store, upstream, { is_healthy: true, status })
    return { status, ...readBody(await response.text()) }
  } catch (error) {
    // Who called has given up: that says nothing about the upstream.
    signal.throwIfAborted()
    const problem = error instanceof Error ? error.message : String(error)
    await keepHealth(store, upstream, { is_healthy: false, problem })
    return { problem }
  }
}

function addressOf({ baseUrl }: Upstream, { path, query }: RoutedRequest): string {
  // A path with "//" at its head or dots in it must not leave the upstream's own.
  const url = new URL(`${baseUrl}/${path.replace(/^\/+/, '')}`)
  if (!`${url.origin}${url.pathname}`.startsWith(`${baseUrl}/`)) throw new Error(`"${path}" leads out of ${baseUrl}.`)
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
  return url.href
}

function readBody(text: string): Pick<RoutedAnswer, 'body' | 'truncated'> {
  if (text.length > BODY_CHARACTERS) return { body: text.slice(0, BODY_CHARACTERS), truncated: true }
  try {
    return { body: JSON.parse(text) as unknown }
  } catch {
    return { body: text }
  }
}
