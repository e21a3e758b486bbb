import { isObject, RPC_CODES, type JsonObject } from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import type { StartChild } from './child.ts'
import { createChildSupervisor, type ChildSupervisor, type RunningChild } from './child-supervisor.ts'
import type { ChildCall, ChildConnection } from './child-connection.ts'
import { createListCache } from './list-cache.ts'
import type { BridgeOptions } from './server-bridge.ts'
import { createSubscriptionHub, type SubscriptionHub } from './subscription-hub.ts'

/** How the fronts reach the child: it is woken when needed, kept while used, and lists need no child at all. */
export interface ChildCaller {
  readonly supervisor: ChildSupervisor
  readonly subscriptions: SubscriptionHub
  /** The child's answer to server/discover; from memory once there was one. */
  discover(signal?: AbortSignal): Promise<JsonObject>
  call(call: ChildCall): Promise<JsonObject>
  /** Keeps the child awake while `use` runs. */
  withChild<T>(use: (connection: ChildConnection) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Goes over to another program once that answers; calls of the one before have a moment to end. */
  replace(startChild: StartChild, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** One program's supervisor and how many calls it has under way. */
interface Generation {
  readonly supervisor: ChildSupervisor
  users: number
  onUnused: () => void
}

export function createChildCaller(options: BridgeOptions): ChildCaller {
  const { limits, onLog } = options
  const cache = createListCache()
  const subscriptions = createSubscriptionHub((method) => {
    const kind = method.split('/')[1]
    if (kind === 'tools' || kind === 'prompts' || kind === 'resources') cache.forget(kind)
  })
  const retiring = new Set<Promise<void>>()
  let current = createGeneration(options.startChild)
  let discovered: JsonObject | undefined
  let idleTimer: NodeJS.Timeout | undefined

  function createGeneration(startChild: StartChild): Generation {
    const onReady = (running: RunningChild): void => {
      // One that is being tried is taken up by replace().
      if (generation === current) adopt(running)
    }
    const supervisor = createChildSupervisor({ ...options, startChild, onReady })
    const generation: Generation = { supervisor, users: 0, onUnused: armIdleTimer }
    return generation
  }

  function adopt(running: RunningChild): void {
    cache.clear()
    discovered = running.discovered
    subscriptions.attach(running.connection, capabilitiesOf(discovered))
    onLog('info', `The server is ready (process ${running.pid}).`)
    armIdleTimer()
  }

  function armIdleTimer(): void {
    clearTimeout(idleTimer)
    if (limits.idleMs === 0 || current.users > 0) return
    idleTimer = setTimeout(() => {
      if (current.users > 0) return
      if (subscriptions.needsChild) armIdleTimer()
      else void current.supervisor.sleep()
    }, limits.idleMs).unref()
  }

  async function withChild<T>(use: (connection: ChildConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const generation = current
    // Counted before the wake, so that a child that has just started is not taken for idle.
    generation.users += 1
    clearTimeout(idleTimer)
    try {
      const { connection } = await raceAbort(generation.supervisor.need(), signal)
      return await use(connection)
    } finally {
      generation.users -= 1
      if (generation.users === 0) generation.onUnused()
    }
  }

  /** Closes a generation that was replaced, as soon as nobody uses it or the grace is over. */
  function retire(old: Generation): void {
    const { promise: unused, resolve } = Promise.withResolvers<void>()
    old.onUnused = resolve
    if (old.users === 0) resolve()
    const timer = setTimeout(resolve, limits.stopGraceMs)
    const retired = unused
      .then(() => old.supervisor.close())
      .finally(() => {
        clearTimeout(timer)
        retiring.delete(retired)
      })
    retiring.add(retired)
  }

  return {
    get supervisor() {
      return current.supervisor
    },
    subscriptions,
    withChild,
    async discover(signal) {
      if (discovered === undefined) await withChild(() => Promise.resolve(), signal)
      return discovered ?? {}
    },
    async call(call) {
      const known = cache.find(call.method, call.params)
      if (known) return known
      const result = await withChild((connection) => connection.call(call), call.signal)
      cache.keep(call.method, call.params, result)
      return result
    },
    async replace(startChild, signal) {
      const next = createGeneration(startChild)
      let running
      try {
        running = await raceAbort(next.supervisor.need(), signal)
      } catch (error) {
        await next.supervisor.close()
        throw error
      }
      const old = current
      current = next
      adopt(running)
      subscriptions.announce(capabilitiesOf(running.discovered))
      retire(old)
    },
    async close() {
      clearTimeout(idleTimer)
      await Promise.all([current.supervisor.close(), ...retiring])
    },
  }
}

function capabilitiesOf(discovered: JsonObject): JsonObject {
  return isObject(discovered['capabilities']) ? discovered['capabilities'] : {}
}

/** HTTP status of an error that the child answered (2026-07-28: streamable-http, Protocol Version Header; basic/index, _meta). */
export function statusOfError(code: number): number {
  if (code === RPC_CODES.methodNotFound) return 404
  const isRefusal =
    code === RPC_CODES.headerMismatch ||
    code === RPC_CODES.missingClientCapability ||
    code === RPC_CODES.unsupportedVersion
  return isRefusal ? 400 : 200
}
