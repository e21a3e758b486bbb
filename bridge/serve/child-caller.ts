import { isObject, type JsonObject } from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
import { createCallGate, type CallGate } from './call-gate.ts'
import type { StartChild } from './child.ts'
import { createChildSupervisor, type ChildSupervisor, type RunningChild } from './child-supervisor.ts'
import type { ChildCall, ChildConnection } from './child-connection.ts'
import type { ChildTraffic } from './child-lines.ts'
import { envelope } from './envelope.ts'
import { createListCache } from './list-cache.ts'
import type { ModernService } from './modern-service.ts'
import { createParamHeaderSource, NO_PARAM_HEADERS } from './param-headers.ts'
import type { BridgeOptions } from './server-bridge.ts'
import { createSubscriptionHub } from './subscription-hub.ts'

/** How the fronts reach the child: it is woken when needed, kept while used, and lists need no child at all. */
export interface ChildCaller extends ModernService {
  readonly supervisor: ChildSupervisor
  readonly gate: CallGate
  /** What went over the stdin and stdout of all its children. */
  readonly traffic: ChildTraffic
  /** Starts the child if it is asleep and resolves when it answers. */
  wake(signal?: AbortSignal): Promise<void>
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

export function createChildCaller(options: BridgeOptions & { readonly now: () => number }): ChildCaller {
  const { limits, onLog } = options
  const cache = createListCache()
  const gate = createCallGate(limits)
  const subscriptions = createSubscriptionHub((method) => {
    const kind = method.split('/')[1]
    if (kind === 'tools' || kind === 'prompts' || kind === 'resources') cache.forget(kind)
  })
  const retiring = new Set<Promise<void>>()
  let current = createGeneration(options.startChild)
  let discovered: JsonObject | undefined
  let idleTimer: NodeJS.Timeout | undefined
  let lastUsedAt = 0
  /** Of the children that have ended. */
  let past: ChildTraffic = { readBytes: 0, writtenBytes: 0 }

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
    void running.connection.ended.then(() => (past = sumOf(past, running.connection.traffic)))
    armIdleTimer()
  }

  function armIdleTimer(): void {
    if (limits.idleMs === 0 || current.users > 0) return
    lastUsedAt = options.now()
    idleTimer ??= setTimeout(sleepIfIdle, limits.idleMs).unref()
  }

  /** One timer for many calls: it looks when it is due, and waits for the rest of the time. */
  function sleepIfIdle(): void {
    idleTimer = undefined
    if (current.users > 0) return
    const restMs = limits.idleMs - (options.now() - lastUsedAt)
    if (restMs > 0 || subscriptions.needsChild) {
      idleTimer = setTimeout(sleepIfIdle, Math.max(restMs, subscriptions.needsChild ? limits.idleMs : 1)).unref()
    } else void current.supervisor.sleep()
  }

  /** Keeps the child awake while `use` runs. */
  async function withChild<T>(use: (connection: ChildConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const generation = current
    // Counted before the wake, so that a child that has just started is not taken for idle.
    generation.users += 1
    try {
      const { connection } = generation.supervisor.running ?? (await raceAbort(generation.supervisor.need(), signal))
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

  async function call(asked: ChildCall): Promise<JsonObject> {
    const known = cache.find(asked.method, asked.params)
    if (known) return known
    const place = gate.enter(asked.client ?? asked, asked.signal)
    if (place) await place
    try {
      const result = await withChild((connection) => connection.call(asked), asked.signal)
      cache.keep(asked.method, asked.params, result)
      return result
    } finally {
      gate.leave()
    }
  }

  const readParamHeaders = createParamHeaderSource((cursor) =>
    call({ method: 'tools/list', params: envelope(cursor === undefined ? {} : { cursor }) }),
  )

  return {
    get supervisor() {
      return current.supervisor
    },
    gate,
    subscriptions,
    get traffic() {
      return sumOf(past, current.supervisor.running?.connection.traffic)
    },
    wake: (signal) => withChild(() => Promise.resolve(), signal),
    async discover(signal) {
      if (discovered === undefined) await withChild(() => Promise.resolve(), signal)
      return discovered ?? {}
    },
    call,
    // The call itself will say what is wrong with the server.
    paramHeaders: () => readParamHeaders().catch(() => NO_PARAM_HEADERS),
    async watch(subscriber, uris, signal) {
      await withChild((connection) => subscriptions.watch(subscriber, uris, connection), signal)
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

function sumOf(
  past: ChildTraffic,
  { readBytes, writtenBytes }: ChildTraffic = { readBytes: 0, writtenBytes: 0 },
): ChildTraffic {
  return { readBytes: past.readBytes + readBytes, writtenBytes: past.writtenBytes + writtenBytes }
}
