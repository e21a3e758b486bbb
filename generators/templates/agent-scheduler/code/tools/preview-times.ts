import { nextTimes } from '../shared/cron-times.ts'

interface Input {
  readonly cron: string
  readonly timezone?: string
  readonly from?: string
  readonly count?: number
}

/** Shows when something would recur, and keeps nothing. */
export default function previewTimes({ cron, timezone = 'UTC', from, count = 5 }: Input): object {
  const start = from === undefined ? new Date() : new Date(from)
  if (Number.isNaN(start.getTime())) throw new Error(`"${from}" is no time. Give one like "2026-03-31T08:00:00Z".`)
  return { times: nextTimes({ cron, timezone }, start, count).map((time) => time.toISOString()) }
}
