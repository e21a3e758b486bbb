import { Cron } from 'croner'

/** When something recurs: a cron expression of five fields, read in a time zone such as "Europe/Berlin". */
export interface Recurrence {
  readonly cron: string
  readonly timezone: string
}

/**
 * The next times after `from`. A time that the clock skips in spring comes when the clock goes on; one that it shows
 * twice in autumn comes once.
 * @throws Error when the expression or the zone is none, or it never comes
 */
export function nextTimes({ cron, timezone }: Recurrence, from: Date, count: number): readonly Date[] {
  const times = parse({ cron, timezone }).nextRuns(count, from)
  if (times.length > 0) return times
  throw new Error(`"${cron}" never comes again.`)
}

export function nextTime(recurrence: Recurrence, from: Date): Date {
  // There is one, or it has thrown.
  return nextTimes(recurrence, from, 1)[0] as Date
}

/** The times of a while, the end included: the first thousand of them. */
export function timesBetween(recurrence: Recurrence, after: Date, until: Date): readonly Date[] {
  const cron = parse(recurrence)
  const times: Date[] = []
  // One after another: of a rare time the thousandth is thousands of years away.
  for (let time = cron.nextRun(after); time && time <= until && times.length < 1_000; time = cron.nextRun(time)) {
    times.push(time)
  }
  return times
}

function parse({ cron, timezone }: Recurrence): Cron {
  try {
    return new Cron(cron, { timezone, mode: '5-part' })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `"${cron}" in "${timezone}" is no recurrence: ${reason} Write it like "0 8 * * 1-5" in "Europe/Berlin".`,
      { cause: error },
    )
  }
}
