import type { LogLine, LogQuery } from '../../../src/model/deployment-target.ts'
import { queryEvents, type TelemetryEvent, type TelemetryLevel } from './api/telemetry.ts'
import type { OpenAccount } from './open-account.ts'
import { requestLine, withoutAnswer } from './request-line.ts'

/** As long as the free plan keeps them. */
const KEPT_MS = 3 * 24 * 60 * 60 * 1_000
const MESSAGE_CHARACTERS = 8_000

/**
 * What a Worker has logged, oldest first, from Workers Logs: the platform keeps it for some days whether somebody looks
 * or not. A line is there some seconds after it was written.
 * @param live  lines of a tail, which are there at once
 */
export async function readLogs(
  { api, worker }: OpenAccount,
  asked: LogQuery,
  live: readonly LogLine[],
  now: Date,
  signal: AbortSignal,
): Promise<{ lines: readonly LogLine[]; nextCursor?: string }> {
  const { level = 'debug', query, since, limit, cursor } = asked
  const events = await queryEvents(
    api,
    {
      accountId: worker.accountId,
      worker: worker.name,
      from: since ?? new Date(now.getTime() - KEPT_MS),
      to: now,
      limit,
      ...(level !== 'debug' && { levels: LEVELS_FROM[level] }),
      ...(query !== undefined && query !== '' && { needle: query }),
      ...(cursor !== undefined && { after: cursor }),
    },
    signal,
  )
  const known = new Set(events.map((event) => keyOf(toLine(event))))
  const fresh = cursor === undefined ? live.filter((line) => isAskedFor(line, asked) && !known.has(keyOf(line))) : []
  const newest = fresh.slice(-limit)
  const shown = events.slice(0, limit - newest.length)
  // Of a call that computes only, all lines have one time: they keep the order they came in.
  const inOrder = [...shown.map(toLine).toReversed(), ...newest]
  const lines = inOrder.toSorted((left, right) => left.at.getTime() - right.at.getTime())
  const last = shown.at(-1)
  const hasMore = last !== undefined && (events.length >= limit || shown.length < events.length)
  return { lines, ...(hasMore && { nextCursor: last.$metadata.id }) }
}

/** One line is told by both ways, which may know more or less of a request's answer. */
function keyOf({ at, message }: LogLine): string {
  return `${at.getTime()} ${withoutAnswer(message)}`
}

const SEVERITY: readonly LogLine['level'][] = ['debug', 'info', 'warning', 'error']

function isAskedFor({ at, level, message }: LogLine, { level: least = 'debug', query = '', since }: LogQuery): boolean {
  return (
    SEVERITY.indexOf(level) >= SEVERITY.indexOf(least) &&
    message.toLowerCase().includes(query.toLowerCase()) &&
    (since === undefined || at >= since)
  )
}

/** The least severe is named. */
const LEVELS_FROM: Readonly<Record<'info' | 'warning' | 'error', readonly TelemetryLevel[]>> = {
  info: ['info', 'log', 'warn', 'error'],
  warning: ['warn', 'error'],
  error: ['error'],
}

const LEVELS: Readonly<Record<string, LogLine['level']>> = {
  debug: 'debug',
  log: 'info',
  info: 'info',
  warn: 'warning',
  error: 'error',
}

/** Lines of a run bear its request too: only the run as a whole is told as one. */
function requestOf({ $metadata, $workers }: TelemetryEvent): string | undefined {
  const { event, wallTimeMs } = $workers ?? {}
  if ($metadata.type !== 'cf-worker-event' || !event?.request) return undefined
  const { method, url, path } = event.request
  return requestLine({ method, url: path ?? url, status: event.response?.status, wallMs: wallTimeMs })
}

function toLine(event: TelemetryEvent): LogLine {
  const { timestamp, $metadata, $workers } = event
  const { level, message, error } = $metadata
  const text = requestOf(event) ?? message ?? error ?? `request: ${$workers?.outcome ?? 'answered'}`
  return {
    at: new Date(timestamp),
    level: LEVELS[level ?? ''] ?? (error === undefined ? 'info' : 'error'),
    message: text.slice(0, MESSAGE_CHARACTERS),
  }
}
