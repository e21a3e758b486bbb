/** How a request is repeated that surely had no effect, or can have none. */
export interface RetryPolicy {
  /** How often a method is tried in all. */
  readonly attempts: (method: string) => number
  /** Before the attempt that follows the `failed`-th, counted from 1. */
  readonly pauseMs: (failed: number) => number
}

/** For an endpoint that is asked for anew, and so comes back with the question. */
export const repeatAtOnce: RetryPolicy = { attempts: () => 3, pauseMs: () => 0 }

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 8_000

/** Without an answer to these a client gives up on the server, so a network that comes up late is waited for. */
const GREETINGS: ReadonlySet<string> = new Set(['initialize', 'server/discover'])

/**
 * For an endpoint across the network: pauses double from 250 ms up to 8 s, each between half and the whole of that, so
 * that many instances do not come back in one moment. About 6 s in all; for a greeting about 45 s.
 * @param random  from 0 to 1
 */
export function backOff(random: () => number = Math.random): RetryPolicy {
  return {
    attempts: (method) => (GREETINGS.has(method) ? 12 : 6),
    pauseMs: (failed) => Math.min(FIRST_PAUSE_MS * 2 ** (failed - 1), LONGEST_PAUSE_MS) * (0.5 + random() / 2),
  }
}
