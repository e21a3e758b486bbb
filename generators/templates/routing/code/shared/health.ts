import type { KeyValueStore, ToolContext } from '../../../../../runtime/library/tool-context.ts'
import { type Upstream, upstreams } from './upstreams.ts'

/** How an upstream was when it was last asked. */
export interface Health {
  readonly is_healthy: boolean
  /** ISO 8601, UTC. */
  readonly checked_at: string
  /** Of its answer; absent when there was none. */
  readonly status?: number
  readonly problem?: string
}

/** After this time a sick upstream is tried again like the others. */
const SICK_MS = 30_000
const CHECK_MS = 3_000

/** By the names of upstreams; those that were never asked are absent. */
export async function readHealth(store: KeyValueStore): Promise<ReadonlyMap<string, Health>> {
  const entries = await store.entries('health/', { limit: 1_000 })
  return new Map(entries.map(({ key, value }) => [key.slice('health/'.length), value as Health]))
}

/** The last word counts: it is the newest. */
export async function keepHealth(
  store: KeyValueStore,
  { name }: Upstream,
  health: Omit<Health, 'checked_at'>,
): Promise<Health> {
  const kept = { ...health, checked_at: new Date().toISOString() }
  await store.set(`health/${name}`, kept)
  return kept
}

/** Whether an upstream is to be passed over while another can answer. */
export function isSick(health: Health | undefined, now: number): boolean {
  return health?.is_healthy === false && now - Date.parse(health.checked_at) < SICK_MS
}

/** Asks every upstream at once how it is, and keeps what it says. */
export async function checkAll(
  context: Pick<ToolContext, 'fetch' | 'store' | 'signal'>,
): Promise<readonly (Health & { readonly name: string })[]> {
  return Promise.all(
    upstreams.map(async (upstream) => {
      const health = await keepHealth(context.store, upstream, await ask(upstream, context))
      return { name: upstream.name, ...health }
    }),
  )
}

async function ask(
  { baseUrl, healthPath }: Upstream,
  { fetch, signal }: Pick<ToolContext, 'fetch' | 'signal'>,
): Promise<Omit<Health, 'checked_at'>> {
  try {
    const { status } = await fetch(baseUrl + healthPath, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]),
    })
    return { is_healthy: status < 500, status }
  } catch (error) {
    signal.throwIfAborted()
    return { is_healthy: false, problem: error instanceof Error ? error.message : String(error) }
  }
}
