import { MetaError } from '../errors/meta-error.ts'
import { hostKey } from './address.ts'

/** Counts the requests of each caller to each host. */
export interface RequestBudget {
  /** @throws MetaError RATE_LIMITED, with the time after which it goes on */
  spend(caller: string, url: URL): void
}

/** A caller may use so much of its minute at once. */
const BURST_SECONDS = 10
/** Of pairs that are remembered, before those that are as good as new are forgotten. */
const MANY = 1_000

/**
 * A bucket of tokens for each caller and host: ten seconds' worth of requests, filled up evenly. A request within it
 * never waits; one beyond it is refused rather than kept waiting, since whoever called has a time limit of their own.
 * @param now  milliseconds of a clock that never goes back
 */
export function createRequestBudget(requestsPerMinute: number, now: () => number): RequestBudget {
  const perMs = requestsPerMinute / 60_000
  const most = Math.max(1, perMs * 1_000 * BURST_SECONDS)
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  const filled = (bucket: { tokens: number; atMs: number }, atMs: number) =>
    Math.min(most, bucket.tokens + (atMs - bucket.atMs) * perMs)

  function forgetFull(atMs: number): void {
    for (const [key, bucket] of buckets) if (filled(bucket, atMs) === most) buckets.delete(key)
  }

  return {
    spend(caller, url) {
      const atMs = now()
      const key = `${caller} ${hostKey(url)}`
      const bucket = buckets.get(key)
      const tokens = bucket ? filled(bucket, atMs) : most
      if (tokens < 1) throw tooOften(url, requestsPerMinute, (1 - tokens) / perMs)
      if (!bucket && buckets.size >= MANY) forgetFull(atMs)
      buckets.set(key, { tokens: tokens - 1, atMs })
    },
  }
}

function tooOften(url: URL, requestsPerMinute: number, waitMs: number): MetaError {
  return new MetaError(
    'RATE_LIMITED',
    `"${hostKey(url)}" was asked more than ${requestsPerMinute} times a minute; nothing was sent.`,
    `Ask again in ${Math.ceil(waitMs)} ms, and ask for more at once. A person can raise the limit by starting mcpwright with MCPWRIGHT_REQUESTS_PER_MINUTE=${requestsPerMinute * 2}`,
  )
}
