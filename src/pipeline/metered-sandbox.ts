import type { Sandbox } from '../../runtime/sandbox/sandbox.ts'
import { MetaError } from '../errors/meta-error.ts'
import type { TenantId } from '../model/ids.ts'

/** How long the code of each tenant has kept a runner busy in the last hour; counted by one daemon, from its start. */
export interface RunnerMeter {
  /** @throws MetaError LIMIT_EXCEEDED when the hour's seconds are used up */
  refuseMore(tenantId: TenantId): void
  note(tenantId: TenantId, ms: number): void
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** @param now  milliseconds, as Date.now() */
export function createRunnerMeter(secondsPerHour: number, now: () => number = Date.now): RunnerMeter {
  /** Milliseconds by the minute they were noted in. */
  const used = new Map<TenantId, Map<number, number>>()

  function minutesOf(tenantId: TenantId): Map<number, number> {
    const minutes = used.get(tenantId) ?? new Map<number, number>()
    for (const minute of minutes.keys()) if (minute <= now() - HOUR_MS) minutes.delete(minute)
    return minutes
  }

  return {
    refuseMore(tenantId) {
      const minutes = minutesOf(tenantId)
      const usedMs = minutes.values().reduce((sum, ms) => sum + ms, 0)
      if (usedMs < secondsPerHour * 1_000) return
      const [oldest = now()] = minutes.keys()
      throw usedUp(usedMs / 1_000, secondsPerHour, Math.ceil((oldest + HOUR_MS - now()) / MINUTE_MS))
    },
    note(tenantId, ms) {
      const minutes = minutesOf(tenantId)
      const minute = Math.floor(now() / MINUTE_MS) * MINUTE_MS
      used.set(tenantId, minutes.set(minute, (minutes.get(minute) ?? 0) + ms))
    },
  }
}

/** A sandbox whose runs are counted. What runs when the limit is reached goes on. */
export function meteredSandbox(sandbox: Sandbox, meter: RunnerMeter): Sandbox {
  return {
    async run(asked) {
      meter.refuseMore(asked.tenantId)
      const outcome = await sandbox.run(asked)
      meter.note(asked.tenantId, outcome.ms)
      return outcome
    },
    warm: () => sandbox.warm(),
    close: () => sandbox.close(),
  }
}

function usedUp(used: number, most: number, minutes: number): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `Code has run for ${Math.floor(used)} s in the last hour, and ${most} are allowed.`,
    `Go on in ${minutes} minutes, or let a person raise MCPWRIGHT_MAX_RUNNER_SECONDS. Imported operations work meanwhile.`,
  )
}
