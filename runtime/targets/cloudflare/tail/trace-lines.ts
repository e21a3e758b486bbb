import type { LogLine } from '../../../../src/model/deployment-target.ts'
import { requestLine } from '../request-line.ts'

/**
 * One run of a Worker, as `wrangler tail --format json` passes it on:
 * https://developers.cloudflare.com/workers/runtime-apis/handlers/tail/
 */
interface Trace {
  /** Milliseconds since 1970, UTC. */
  readonly eventTimestamp?: number | null
  readonly event?: {
    readonly request?: { readonly method?: string; readonly url?: string }
    /** Absent when the run threw, or nobody waited for its answer. */
    readonly response?: { readonly status?: number }
    readonly cron?: string
  } | null
  /** Milliseconds. */
  readonly wallTime?: number
  readonly logs?: readonly { readonly level?: string; readonly message?: unknown; readonly timestamp?: number }[]
  readonly exceptions?: readonly { readonly name?: string; readonly message?: string; readonly timestamp?: number }[]
}

const LEVELS: Readonly<Record<string, LogLine['level']>> = { debug: 'debug', warn: 'warning', error: 'error' }
const MESSAGE_CHARACTERS = 8_000

/** The lines of one run, in their order; none for a text that is no such run. */
export function traceLines(text: string): readonly LogLine[] {
  const { eventTimestamp, event, wallTime, logs = [], exceptions = [] } = readTrace(text)
  const began = eventTimestamp ?? logs[0]?.timestamp
  if (began === undefined) return []
  const what = event?.request
    ? requestLine({ ...event.request, status: event.response?.status, wallMs: wallTime })
    : event?.cron && `cron ${event.cron}`
  return [
    ...(what ? [line(began, 'info', what)] : []),
    ...logs.map(({ level = '', message, timestamp = began }) =>
      line(timestamp, LEVELS[level] ?? 'info', textOf(message)),
    ),
    ...exceptions.map(({ name, message, timestamp = began }) => line(timestamp, 'error', `${name}: ${message}`)),
  ]
}

function line(at: number, level: LogLine['level'], message: string): LogLine {
  return { at: new Date(at), level, message: message.slice(0, MESSAGE_CHARACTERS) }
}

function readTrace(text: string): Trace {
  try {
    // What it holds is the platform's; every part may be missing.
    return JSON.parse(text) as Trace
  } catch {
    return {}
  }
}

/** Arguments of `console.log`, as it prints them. */
function textOf(message: unknown): string {
  const parts: readonly unknown[] = Array.isArray(message) ? message : [message]
  return parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' ')
}
