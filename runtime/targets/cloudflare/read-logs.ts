import type { LogLine, LogQuery } from '../../../src/model/deployment-target.ts'
import { queryEvents, type TelemetryEvent, type TelemetryLevel } from './api/telemetry.ts'
import type { OpenAccount } from './open-account.ts'

/** As long as the free plan keeps them. */
const KEPT_MS = 3 * 24 * 60 * 60 * 1_000
const MESSAGE_CHARACTERS = 8_000

/**
 * What a Worker has logged, oldest first, from Workers Logs: the platform keeps it for some days whether somebody looks
 * or not, which a live tail does not. A line is there some seconds after it was written.
 */
export async function readLogs(
  { api, worker }: OpenAccount,
  { level = 'debug', query, since, limit, cursor }: LogQuery,
  now: Date,
  signal: AbortSignal,
): Promise<{ lines: readonly LogLine[]; nextCursor?: string }> {
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
  const last = events.at(-1)
  const hasMore = last !== undefined && events.length >= limit
  return { lines: events.map(toLine).toReversed(), ...(hasMore && { nextCursor: last.$metadata.id }) }
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

function toLine({ timestamp, $metadata, $workers }: TelemetryEvent): LogLine {
  const { level, message, error } = $metadata
  const text = message ?? error ?? `request: ${$workers?.outcome ?? 'answered'}`
  return {
    at: new Date(timestamp),
    level: LEVELS[level ?? ''] ?? (error === undefined ? 'info' : 'error'),
    message: text.slice(0, MESSAGE_CHARACTERS),
  }
}
