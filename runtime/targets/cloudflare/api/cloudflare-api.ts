import { MetaError } from '../../../../src/errors/meta-error.ts'
import { type Clock, systemClock } from '../../../library/clock.ts'
import { retryAfterMs } from '../../../library/retry-after.ts'
import { type ApiProblem, explainRefusal, explainSilence } from './api-failure.ts'

export interface ApiAccess {
  /** `https://api.cloudflare.com/client/v4` by default. */
  readonly apiBaseUrl: string
  readonly token: string
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the base URL, with its query; its parts are escaped already. */
  readonly path: string
  readonly body?: unknown
  /** What is asked, to go on after "Cloudflare did not": `list versions of "books"`. */
  readonly action: string
  /** A second one does the same as the first: it is sent again when the connection is cut. By default all but POST. */
  readonly repeatable?: boolean
}

/** The calls that need no wrangler. */
export interface CloudflareApi {
  /**
   * `result` of the envelope; who calls says what it is.
   * @throws MetaError TARGET_FORBIDDEN, TARGET_REFUSED, TARGET_UNREACHABLE (api-failure.ts); the signal's reason
   */
  send<Result>(request: ApiRequest, signal: AbortSignal): Promise<Result>
}

export interface ApiOptions {
  readonly fetch: typeof fetch
  readonly clock?: Clock
  /** Of one answer. */
  readonly timeoutMs?: number
  /** Waits before it is asked again; as many times as there are waits. */
  readonly waitsMs?: readonly number[]
}

/** Longer than this is not waited, whatever `Retry-After` says: who deploys is told instead. */
const LONGEST_WAIT_MS = 30_000

/** Talks to Cloudflare's API: an envelope around each answer, 429 and 5xx asked again. */
export function createCloudflareApi(access: ApiAccess, options: ApiOptions): CloudflareApi {
  const { clock = systemClock, timeoutMs = 30_000, waitsMs = [500, 2_000, 6_000] } = options

  async function attempt(request: ApiRequest, signal: AbortSignal): Promise<Outcome> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const { method = 'GET', path, body, action } = request
    try {
      const response = await options.fetch(`${access.apiBaseUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${access.token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: limit,
      })
      return await readOutcome(response, action, clock)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof MetaError && NEVER_MENDS.has(error.code)) return { error }
      const isRepeatable = request.repeatable ?? method !== 'POST'
      return { error: explainSilence(action, error), ...(isRepeatable && { waitMs: 0 }) }
    }
  }

  return {
    async send<Result>(request: ApiRequest, signal: AbortSignal) {
      for (let tries = 0; ; tries++) {
        signal.throwIfAborted()
        const outcome = await attempt(request, signal)
        // Who calls knows what the route answers.
        if ('result' in outcome) return outcome.result as Result
        const ownWait = waitsMs[tries]
        if (outcome.waitMs === undefined || ownWait === undefined || outcome.waitMs > LONGEST_WAIT_MS)
          throw outcome.error
        await clock.wait(Math.max(ownWait, outcome.waitMs), signal)
      }
    },
  }
}

/** `waitMs`: it may be asked again, not before this has passed. */
type Outcome = { readonly result: unknown } | { readonly error: MetaError; readonly waitMs?: number }

/** What our own way out to the network refuses, it refuses again. */
const NEVER_MENDS: ReadonlySet<string> = new Set(['HOST_NOT_ALLOWED', 'LOCAL_HOST_BLOCKED'])

interface Envelope {
  readonly success: boolean
  readonly result?: unknown
  readonly errors?: readonly ApiProblem[]
}

async function readOutcome(response: Response, action: string, clock: Clock): Promise<Outcome> {
  const envelope = parseEnvelope(await response.text())
  if (response.ok && envelope?.success) return { result: envelope.result }
  // GraphQL says no with 200.
  const status = response.ok ? (envelope ? 400 : 502) : response.status
  const error = explainRefusal(action, status, envelope?.errors ?? [])
  // 429 and 5xx come before anything was done: the platform says so for 429, and repeats of the rest are found by tag.
  const isPassing = status === 429 || status >= 500
  return { error, ...(isPassing && { waitMs: retryAfterMs(response, clock.now()) ?? 0 }) }
}

/** A proxy or a page of errors on the way has none. GraphQL has another, without codes. */
function parseEnvelope(text: string): Envelope | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    if ('success' in parsed) return parsed as Envelope
    if (!('data' in parsed)) return undefined
    const { data, errors } = parsed as {
      readonly data: unknown
      readonly errors?: readonly { message: string }[] | null
    }
    return { success: !errors?.length, result: data, errors: (errors ?? []).map((each) => ({ ...each, code: 0 })) }
  } catch {
    return undefined
  }
}
