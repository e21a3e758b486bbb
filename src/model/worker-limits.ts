/** What one call of a Worker may take; absent: what the account's plan allows. Named as the platform's binding has them. */
export interface WorkerLimits {
  readonly cpuMs?: number
  /** Requests that it sends itself. */
  readonly subRequests?: number
}

/** The same as wrangler.jsonc, settings and answers spell it. */
export interface WrittenLimits {
  readonly cpu_ms?: number
  readonly subrequests?: number
}

export type LimitName = keyof WrittenLimits

/** The platform's own, of the paid plan: developers.cloudflare.com/workers/platform/limits */
export const LARGEST_LIMITS = { cpu_ms: 300_000, subrequests: 10_000 } as const satisfies WrittenLimits

export function readLimits({ cpu_ms: cpuMs, subrequests: subRequests }: WrittenLimits): WorkerLimits {
  return { ...(cpuMs !== undefined && { cpuMs }), ...(subRequests !== undefined && { subRequests }) }
}

export function writeLimits({ cpuMs, subRequests }: WorkerLimits): WrittenLimits {
  return {
    ...(cpuMs !== undefined && { cpu_ms: cpuMs }),
    ...(subRequests !== undefined && { subrequests: subRequests }),
  }
}

/** @returns a sentence; none where nothing is limited */
export function tellLimits({ cpuMs, subRequests }: WorkerLimits): string[] {
  const parts = [
    ...(cpuMs === undefined ? [] : [`${cpuMs} ms of CPU`]),
    ...(subRequests === undefined ? [] : [`${subRequests} subrequests`]),
  ]
  return parts.length > 0 ? [`Each call has ${parts.join(' and ')}.`] : []
}
