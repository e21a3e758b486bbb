import type { CloudflareApi } from './cloudflare-api.ts'
import type { WorkerAddress } from './worker-address.ts'

export interface WorkerUsage {
  readonly requests: number
  readonly errors: number
  /** Milliseconds; absent without requests. */
  readonly cpuMsP50?: number
  readonly cpuMsP99?: number
}

/**
 * What a Worker was asked in a time; large numbers are samples of the platform's.
 * https://developers.cloudflare.com/analytics/graphql-api/tutorials/querying-workers-metrics/
 */
export async function readUsage(
  api: CloudflareApi,
  { accountId, name }: WorkerAddress,
  { since, until }: { readonly since: Date; readonly until: Date },
  signal: AbortSignal,
): Promise<WorkerUsage> {
  const variables = { account: accountId, since: since.toISOString(), until: until.toISOString(), worker: name }
  const { viewer } = await api.send<UsageAnswer>(
    {
      method: 'POST',
      path: '/graphql',
      body: { query: QUERY, variables },
      action: `read what "${name}" was asked ("Account Analytics: Read")`,
      repeatable: true,
    },
    signal,
  )
  const [found] = viewer.accounts.flatMap(({ workersInvocationsAdaptive }) => workersInvocationsAdaptive)
  if (!found) return { requests: 0, errors: 0 }
  const { sum, quantiles } = found
  return { ...sum, cpuMsP50: quantiles.cpuTimeP50 / 1_000, cpuMsP99: quantiles.cpuTimeP99 / 1_000 }
}

const QUERY = `query Usage($account: string, $since: string, $until: string, $worker: string) {
  viewer {
    accounts(filter: { accountTag: $account }) {
      workersInvocationsAdaptive(limit: 1, filter: { scriptName: $worker, datetime_geq: $since, datetime_leq: $until }) {
        sum { requests errors }
        quantiles { cpuTimeP50 cpuTimeP99 }
      }
    }
  }
}`

interface UsageAnswer {
  readonly viewer: {
    readonly accounts: readonly {
      readonly workersInvocationsAdaptive: readonly {
        readonly sum: { readonly requests: number; readonly errors: number }
        /** Microseconds. */
        readonly quantiles: { readonly cpuTimeP50: number; readonly cpuTimeP99: number }
      }[]
    }[]
  }
}
