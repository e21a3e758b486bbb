import type { CloudflareApi } from './cloudflare-api.ts'

/** Cloudflare's own names of levels; `log` is what `console.log` writes. */
export type TelemetryLevel = 'debug' | 'info' | 'log' | 'warn' | 'error'

/** One event of Workers Logs: a line that was logged, or a request as a whole. */
export interface TelemetryEvent {
  /** Milliseconds since 1970, UTC. */
  readonly timestamp: number
  readonly $metadata: {
    readonly id: string
    readonly level?: string
    readonly message?: string
    readonly error?: string
    /** `cf-worker-event`: a run as a whole; `cf-worker`: a line of one. */
    readonly type?: string
  }
  readonly $workers?: {
    readonly outcome?: string
    readonly wallTimeMs?: number
    readonly event?: {
      readonly request?: { readonly method?: string; readonly url?: string; readonly path?: string }
      readonly response?: { readonly status?: number }
    }
  }
  readonly source?: unknown
}

export interface TelemetryQuery {
  readonly accountId: string
  readonly worker: string
  readonly from: Date
  readonly to: Date
  /** Some of these only; absent: all. */
  readonly levels?: readonly TelemetryLevel[]
  /** In the text, in upper or lower case. */
  readonly needle?: string
  readonly limit: number
  /** Id of the last event of the page before. */
  readonly after?: string
}

/**
 * What a Worker has logged, newest first. The platform keeps it 3 days (paid plan: 7).
 * POST /accounts/{id}/workers/observability/telemetry/query, view `events`
 */
export async function queryEvents(
  api: CloudflareApi,
  query: TelemetryQuery,
  signal: AbortSignal,
): Promise<readonly TelemetryEvent[]> {
  const { accountId, worker, from, to, levels, needle, limit, after } = query
  const filters = [
    { key: '$metadata.service', operation: 'eq', type: 'string', value: worker },
    ...(levels ? [{ key: '$metadata.level', operation: 'in', type: 'string', value: levels.join(',') }] : []),
  ]
  const answer = await api.send<{ events?: { events?: readonly TelemetryEvent[] } }>(
    {
      method: 'POST',
      path: `/accounts/${accountId}/workers/observability/telemetry/query`,
      body: {
        queryId: 'mcpwright-logs',
        view: 'events',
        timeframe: { from: from.getTime(), to: to.getTime() },
        limit,
        ...(after !== undefined && { offset: after }),
        parameters: {
          datasets: ['cloudflare-workers'],
          filterCombination: 'and',
          filters,
          ...(needle !== undefined && { needle: { value: needle, isRegex: false, matchCase: false } }),
        },
      },
      action: `read the logs of "${worker}"`,
      repeatable: true,
    },
    signal,
  )
  const events = answer.events?.events ?? []
  return events.toSorted((left, right) => right.timestamp - left.timestamp)
}
