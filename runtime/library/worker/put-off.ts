import type { Clock } from '../clock.ts'
import type { ServerHost } from '../server/server-parts.ts'
import type { KeyValueStore } from '../tool-context.ts'

/** A call that waits; its key begins with the time it is due. */
interface PutOffCall {
  readonly tool: string
  readonly input: unknown
  /** Somebody runs it, and is given up after this time. */
  readonly claimedUntilMs?: number
}

type Now = Pick<Clock, 'now'>

const LONGEST_MS = 30 * 24 * 60 * 60_000
const MOST_WAITING = 100
const INPUT_CHARACTERS = 100_000
/** Longer than any call takes. */
const CLAIM_MS = 5 * 60_000
/** Calls that run side by side. */
const AT_ONCE = 10

/**
 * Puts calls off where no timer outlives the request: they wait in a store until `runDue` is called.
 * @returns a function that throws for more than 30 days, a long input, or when too many wait
 */
export function putOff(calls: KeyValueStore, clock: Now): ServerHost['schedule'] {
  return async (tool, input, delayMs) => {
    if (delayMs > LONGEST_MS) throw new Error('A call can be put off by at most 30 days.')
    if ((JSON.stringify(input)?.length ?? 0) > INPUT_CHARACTERS) {
      throw new Error(`The input of a call that is put off may have ${INPUT_CHARACTERS} characters of JSON.`)
    }
    const waiting = await calls.entries('', { limit: MOST_WAITING })
    if (waiting.length === MOST_WAITING) throw new Error(`${MOST_WAITING} calls of this server wait already.`)
    const dueMs = Math.ceil(clock.now() + Math.max(0, delayMs))
    await calls.set(`${String(dueMs).padStart(15, '0')}:${crypto.randomUUID()}`, { tool, input } satisfies PutOffCall)
  }
}

/**
 * Runs each call that is due, at least once: who claims it first. One whose runner died is run by the next after it.
 * @param run  does not throw
 */
export async function runDue(
  calls: KeyValueStore,
  run: (tool: string, input: unknown) => Promise<void>,
  clock: Now,
): Promise<void> {
  for (let after = ''; ;) {
    const found = await calls.entries('', { after, limit: AT_ONCE })
    const due = found.filter(({ key }) => Number(key.slice(0, 15)) <= clock.now())
    await Promise.all(due.map(({ key, value }) => runOne(key, value as PutOffCall)))
    const last = due.at(-1)
    if (due.length < AT_ONCE || !last) return
    after = last.key
  }

  async function runOne(key: string, call: PutOffCall): Promise<void> {
    if (call.claimedUntilMs !== undefined && call.claimedUntilMs > clock.now()) return
    const claimed: PutOffCall = { ...call, claimedUntilMs: clock.now() + CLAIM_MS }
    if (!(await calls.compareAndSet(key, call, claimed))) return
    await run(call.tool, call.input)
    await calls.delete(key)
  }
}
