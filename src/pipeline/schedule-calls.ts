import type { Db } from '../db/db.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { DaemonId, ServerId, TenantId } from '../model/ids.ts'
import { insertScheduledCall, nextDueAt, type ScheduledCall, takeDueCalls } from '../registry/scheduled-call-store.ts'

const LONGEST_MS = 30 * 24 * 60 * 60 * 1_000
const MOST_WAITING = 100
const INPUT_CHARACTERS = 100_000
const CALL_MS = 60_000
/** Leases move between daemons, and clocks are set: look at least so often while something is known to wait. */
const LOOK_AGAIN_MS = 60_000

export interface CallScheduleOptions {
  readonly db: Db
  readonly daemonId: DaemonId
  /** Makes the call; rejects when it failed. */
  readonly call: (call: ScheduledCall, signal: AbortSignal) => Promise<void>
  readonly onFailure: (call: ScheduledCall, error: unknown) => void
}

/** Calls that tools have put off: stored until they are due, each made at most once, also over restarts. */
export interface CallSchedule {
  /** @throws MetaError LIMIT_EXCEEDED past 30 days, or when too many calls of the server wait */
  add(tenantId: TenantId, serverId: ServerId, later: LaterCall): Promise<void>
  /** Servers have come up: what they missed is due. */
  wake(): void
  /** Gives up what is under way. */
  close(): Promise<void>
}

export interface LaterCall {
  readonly tool: string
  readonly input: unknown
  readonly delayMs: number
}

export function createCallSchedule({ db, daemonId, call, onFailure }: CallScheduleOptions): CallSchedule {
  const closing = new AbortController()
  const running = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let looking = Promise.resolve()

  /** One look at a time; each ends with the timer of the next. */
  function look(): void {
    clearTimeout(timer)
    looking = looking.then(takeAndPlan).catch((error: unknown) => {
      console.error('scheduled calls:', error)
      plan(LOOK_AGAIN_MS)
    })
  }

  async function takeAndPlan(): Promise<void> {
    if (closing.signal.aborted) return
    // Stored no more before it is made: a call that may have had effects is never made again.
    for (const due of await db.asSystem((sql) => takeDueCalls(sql, daemonId, new Date()))) make(due)
    const next = await db.asSystem((sql) => nextDueAt(sql, daemonId))
    if (next) plan(Math.min(LOOK_AGAIN_MS, Math.max(0, Number(next) - Date.now())))
  }

  function plan(delayMs: number): void {
    clearTimeout(timer)
    if (!closing.signal.aborted) timer = setTimeout(look, delayMs).unref()
  }

  function make(due: ScheduledCall): void {
    const made = call(due, AbortSignal.any([closing.signal, AbortSignal.timeout(CALL_MS)]))
      .catch((error: unknown) => onFailure(due, error))
      .finally(() => running.delete(made))
    running.add(made)
  }

  return {
    async add(tenantId, serverId, { tool, input, delayMs }) {
      refuseExcess(input, delayMs)
      const dueAt = new Date(Date.now() + delayMs)
      const isStored = await db.as(tenantId, (sql) =>
        insertScheduledCall(sql, { tenantId, serverId, tool, input, dueAt }, MOST_WAITING),
      )
      if (!isStored) throw limitExceeded(`${MOST_WAITING} calls of this server wait already.`)
      look()
    },
    wake: look,
    async close() {
      clearTimeout(timer)
      closing.abort(new Error('mcpwright ends.'))
      await looking
      await Promise.all(running)
    },
  }
}

function refuseExcess(input: unknown, delayMs: number): void {
  if (!(delayMs >= 0 && delayMs <= LONGEST_MS))
    throw limitExceeded(`A delay of ${delayMs} ms is not from 0 to 30 days.`)
  const characters = (JSON.stringify(input) ?? '').length
  if (characters > INPUT_CHARACTERS) throw limitExceeded(`The input of the call has ${characters} characters.`)
}

function limitExceeded(problem: string): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    problem,
    `Delays go up to 30 days in milliseconds, inputs to ${INPUT_CHARACTERS} characters of JSON; at most ${MOST_WAITING} calls wait at once.`,
  )
}
