import type { CallLimits } from './call-context.ts'
import type { Clock } from './clock.ts'
import { NoAnswer } from './no-answer.ts'
import { retryAfterMs } from './retry-after.ts'

/** What a repetition depends on. */
export interface Retrying {
  /** Whether sending a request twice does no more than sending it once. */
  readonly isRepeatable: boolean
  readonly limits: Pick<CallLimits, 'retries' | 'retryWaitMs'>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Sends a request, and again where that may help: after 429, 502, 503 and 504, and when the connection broke. Waits as
 * long as the answer asks for, in all at most `limits.retryWaitMs`; a longer wait is the caller's to decide, and gets
 * the answer at once. What changes something is sent once: nobody knows whether a lost request was done.
 * RFC 9110, sections 9.2.2 (repeating requests) and 10.2.3 (Retry-After)
 * @throws NoAnswer when the last try brought none
 */
export async function sendWithRetries<Sent extends { readonly response: Response }>(
  send: () => Promise<Sent>,
  { isRepeatable, limits, clock, signal }: Retrying,
): Promise<Sent> {
  let leftMs = limits.retryWaitMs
  for (let attempt = 0; ; attempt++) {
    const isLast = !isRepeatable || attempt >= limits.retries
    const tried = await tryOnce(send)
    const pauseMs = isLast ? undefined : pauseAfter(tried, attempt, clock.now())
    if (pauseMs !== undefined && pauseMs <= leftMs && !signal.aborted) {
      leftMs -= pauseMs
      await clock.wait(pauseMs, signal)
      if (!signal.aborted) continue
    }
    if (tried instanceof NoAnswer) throw tried
    return tried
  }
}

async function tryOnce<Sent>(send: () => Promise<Sent>): Promise<Sent | NoAnswer> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof NoAnswer) return error
    throw error
  }
}

const OVERLOADED = new Set([429, 502, 503, 504])
const FIRST_PAUSE_MS = 250

/** Undefined when another try would bring the same. */
function pauseAfter(tried: NoAnswer | { readonly response: Response }, attempt: number, nowMs: number) {
  const backoffMs = FIRST_PAUSE_MS * 2 ** attempt
  if (tried instanceof NoAnswer) return tried.isPassing() ? backoffMs : undefined
  if (!OVERLOADED.has(tried.response.status)) return undefined
  return retryAfterMs(tried.response, nowMs) ?? backoffMs
}
