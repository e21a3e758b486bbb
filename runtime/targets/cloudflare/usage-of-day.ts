import type { TargetUsage } from '../../../src/model/deployment-target.ts'
import type { Clock } from '../../library/clock.ts'
import { type Counted, readUsage } from './api/usage.ts'
import type { OpenAccount } from './open-account.ts'

const DAY_MS = 24 * 60 * 60 * 1_000

/** What a server was asked in the last 24 hours. */
export async function usageOfDay(
  { api, worker }: Pick<OpenAccount, 'api' | 'worker'>,
  counted: Counted,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal,
): Promise<TargetUsage> {
  const until = new Date(clock.now())
  const since = new Date(until.getTime() - DAY_MS)
  return { since, ...(await readUsage(api, worker.accountId, counted, { since, until }, signal)) }
}
