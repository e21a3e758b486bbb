import type { BrokerNotice } from '../../library/wire.ts'
import { host, toJson } from './host.ts'

let characters = 0

/** Tells the broker at once, without waiting for an answer. What goes over the run's share of logs is not told. */
export function tell(notice: BrokerNotice): void {
  const json = toJson(notice)
  characters += json.length
  if (characters <= host.limits.logBytes) host.notice(json)
}
