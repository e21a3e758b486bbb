import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../../model/connection.ts'
import type { Deployment } from '../../model/deployment.ts'
import { findBuildById } from '../../registry/build-store.ts'
import { listActiveDeployments } from '../../registry/deployment-store.ts'
import { findServerById } from '../../registry/server-store.ts'
import { loadSurroundings } from '../build-surroundings.ts'
import type { Services } from '../services.ts'
import type { ConnectionTarget } from './connections.ts'
import { noteListing } from './note-listing.ts'

type Needed = Pick<Services, 'connections' | 'db' | 'daemonId'>

/** Who asks for approval where nobody has called anything. */
const FINDER = 'mcpwright'
const PAUSE_MS = 500

/**
 * Compares connected tools with what was allowed when their server says that they have changed, and once now for all
 * that is deployed here. What differs waits in the inbox; calls find out by themselves, so a failure costs nothing.
 * @returns ends it
 */
export function watchConnections(services: Needed): () => void {
  const ending = new AbortController()
  const { signal } = ending
  services.connections.onChanged(oneAtATime((target) => compare(target, services, signal), signal))
  void compareDeployed(services, signal).catch((error: unknown) => tell('deployed servers', error, signal))
  return () => ending.abort(new Error('The daemon leaves.'))
}

async function compareDeployed(services: Needed, signal: AbortSignal): Promise<void> {
  const active = await services.db.asSystem((sql) => listActiveDeployments(sql, services.daemonId))
  for (const deployment of active) {
    for (const connection of await connectionsOf(deployment, services)) {
      if (signal.aborted) return
      const { tenantId, serverId } = deployment
      await compare({ tenantId, serverId, connection }, services, signal)
    }
  }
}

/** A server that announces changes without end is asked again only after a pause, and has one question at a time. */
function oneAtATime(
  work: (target: ConnectionTarget) => Promise<void>,
  signal: AbortSignal,
): (target: ConnectionTarget) => void {
  const waiting = new Map<string, 'busy' | 'again'>()
  return (target) => {
    const key = JSON.stringify([target.tenantId, target.serverId, target.connection.name])
    const isBusy = waiting.has(key)
    waiting.set(key, isBusy ? 'again' : 'busy')
    // It reports its own failures; an end of the daemon ends it.
    if (!isBusy) void run().catch(() => {})

    async function run(): Promise<void> {
      do {
        waiting.set(key, 'busy')
        await work(target)
        await pause(PAUSE_MS, undefined, { signal, ref: false })
      } while (waiting.get(key) === 'again')
      waiting.delete(key)
    }
  }
}

/** Those of the version that runs. */
function connectionsOf({ tenantId, serverId, buildId }: Deployment, { db }: Needed): Promise<readonly Connection[]> {
  return db.as(tenantId, async (sql) => {
    const server = await findServerById(sql, tenantId, serverId)
    const build = buildId ? await findBuildById(sql, tenantId, buildId) : undefined
    if (!server || !build) return []
    return (await loadSurroundings(sql, tenantId, server, build)).connected.connections
  })
}

async function compare(target: ConnectionTarget, { connections, db }: Needed, signal: AbortSignal): Promise<void> {
  try {
    const listing = await connections.use(target, (live) => live.list(signal))
    await db.as(target.tenantId, (sql) => noteListing(sql, target, listing, FINDER))
  } catch (error) {
    tell(`connection "${target.connection.name}"`, error, signal)
  }
}

function tell(what: string, error: unknown, signal: AbortSignal): void {
  if (!signal.aborted) console.error(`${what} could not be compared:`, error instanceof Error ? error.message : error)
}
