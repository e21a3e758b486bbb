import type { CloudflareApi } from './cloudflare-api.ts'

export interface WorkerUsage {
  readonly requests: number
  readonly errors: number
  /** Milliseconds; absent without requests. */
  readonly cpuMsP50?: number
  readonly cpuMsP99?: number
}

/** A Worker of the account; or all scripts of a dispatch namespace whose names begin so, also those that are gone. */
export type Counted = { readonly worker: string } | { readonly namespace: string; readonly prefix: string }

/**
 * What was asked in a time; large numbers are samples of the platform's.
 * https://developers.cloudflare.com/analytics/graphql-api/tutorials/querying-workers-metrics/, in a namespace
 * https://developers.cloudflare.com/cloudflare-for-platforms/workers-for-platforms/configuration/observability/
 */
export async function readUsage(
  api: CloudflareApi,
  accountId: string,
  counted: Counted,
  { since, until }: { readonly since: Date; readonly until: Date },
  signal: AbortSignal,
): Promise<WorkerUsage> {
  const { query, variables, name } = 'worker' in counted ? ofWorker(counted) : ofScripts(counted)
  const times = { since: since.toISOString(), until: until.toISOString() }
  const { viewer } = await api.send<UsageAnswer>(
    {
      method: 'POST',
      path: '/graphql',
      body: { query, variables: { account: accountId, ...times, ...variables } },
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

function ofWorker({ worker }: { readonly worker: string }) {
  return { query: usageQuery('$worker: string', 'scriptName: $worker'), variables: { worker }, name: worker }
}

/** `like` as in SQL: names of scripts hold neither of its signs. */
function ofScripts({ namespace, prefix }: { readonly namespace: string; readonly prefix: string }) {
  const filter = 'dispatchNamespaceName: $namespace, scriptName_like: $scripts'
  const query = usageQuery('$namespace: string, $scripts: string', filter)
  return { query, variables: { namespace, scripts: `${prefix}%` }, name: prefix }
}

/** No dimension is asked for: one row holds all that the filter finds. */
function usageQuery(parameters: string, filter: string): string {
  return `query Usage($account: string, $since: string, $until: string, ${parameters}) {
  viewer {
    accounts(filter: { accountTag: $account }) {
      workersInvocationsAdaptive(limit: 1, filter: { ${filter}, datetime_geq: $since, datetime_leq: $until }) {
        sum { requests errors }
        quantiles { cpuTimeP50 cpuTimeP99 }
      }
    }
  }
}`
}

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
