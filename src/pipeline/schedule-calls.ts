import { MetaError } from '../errors/meta-error.ts'

const LONGEST_MS = 24 * 60 * 60 * 1_000
const MOST_WAITING = 100
const CALL_MS = 60_000

/**
 * Calls tools later, once. What waits is in memory: it is lost when the daemon ends, so `context.schedule` promises
 * at most one call.
 * @throws MetaError LIMIT_EXCEEDED past a day, or when too many calls wait
 */
export function createSchedule(
  call: (tool: string, input: unknown, signal: AbortSignal) => Promise<unknown>,
  onFailure: (tool: string, error: unknown) => void,
): (tool: string, input: unknown, delayMs: number) => Promise<void> {
  let waiting = 0
  return async (tool, input, delayMs) => {
    if (!(delayMs >= 0 && delayMs <= LONGEST_MS) || waiting >= MOST_WAITING) {
      throw new MetaError(
        'LIMIT_EXCEEDED',
        waiting >= MOST_WAITING ? `${waiting} calls wait already.` : `A delay of ${delayMs} ms is not possible.`,
        `Delays go up to ${LONGEST_MS} ms; at most ${MOST_WAITING} calls wait at once.`,
      )
    }
    waiting++
    const timer = setTimeout(() => {
      waiting--
      call(tool, input, AbortSignal.timeout(CALL_MS)).catch((error: unknown) => onFailure(tool, error))
    }, delayMs)
    timer.unref()
  }
}
