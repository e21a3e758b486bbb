import { RPC_CODES, type JsonObject } from '../protocol/json-rpc.ts'
import { raceAbort } from '../protocol/race-abort.ts'
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
  close(): Promise<void>
}

export function createChildCaller(options: BridgeOptions): ChildCaller {
  const { limits, onLog } = options
  const cache = createListCache()
  const subscriptions = createSubscriptionHub((method) => {
    const kind = method.split('/')[1]
    if (kind === 'tools' || kind === 'prompts' || kind === 'resources') cache.forget(kind)
  })
  const supervisor = createChildSupervisor({ ...options, onReady })
  let discovered: JsonObject | undefined
  let users = 0
  let idleTimer: NodeJS.Timeout | undefined

  function onReady(running: RunningChild): void {
    cache.clear()
    discovered = running.discovered
    const capabilities = running.discovered['capabilities']
    // Validated by its use: honored() looks at each field.
    subscriptions.attach(running.connection, (capabilities ?? {}) as JsonObject)
    onLog('info', `The server is ready (process ${running.pid}).`)
    armIdleTimer()
  }

  function armIdleTimer(): void {
    clearTimeout(idleTimer)
    if (limits.idleMs === 0 || users > 0) return
    idleTimer = setTimeout(() => {
      if (users > 0) return
      if (subscriptions.needsChild) armIdleTimer()
      else void supervisor.sleep()
    }, limits.idleMs).unref()
  }

  async function withChild<T>(use: (connection: ChildConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    // Counted before the wake, so that a child that has just started is not taken for idle.
    users += 1
    clearTimeout(idleTimer)
    try {
      const { connection } = await raceAbort(supervisor.need(), signal)
      return await use(connection)
    } finally {
      users -= 1
      if (users === 0) armIdleTimer()
    }
  }

  return {
    supervisor,
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
    async close() {
      clearTimeout(idleTimer)
      await supervisor.close()
    },
  }
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
