import { RPC_CODES, RpcError } from '../protocol/json-rpc.ts'
import { createChildCaller, type ChildCaller } from './child-caller.ts'
import { createChildConnection } from './child-connection.ts'
import { envelope } from './envelope.ts'
import { createFronts } from './fronts.ts'
import { openLegacyChildService } from './legacy-child-service.ts'
import { createModernDialog } from './modern-dialog.ts'
import type { ModernService } from './modern-service.ts'
import { createOwnChildConversations } from './own-child-conversation.ts'
import { meterConversations, meterDialog, meterRequest } from './request-meter.ts'
import type { BridgeHealth, BridgeOptions, ServerBridge } from './server-bridge.ts'

/**
 * A stdio server of unknown making behind the transports of every era. Each client is served in its own: a session of
 * the older eras has a process to itself, as over stdio; callers of 2026-07-28 share one that speaks it, or, before a
 * server that does not, are translated for.
 */
export function createForeignBridge(options: BridgeOptions): ServerBridge {
  const now = options.now ?? (() => performance.now())
  const conversations = createOwnChildConversations(options)
  const { service, caller, close } = createAutoService({ ...options, now }, conversations.converse)
  const dialog = createModernDialog(service)
  const fronts = createFronts({
    ...options,
    now,
    modern: meterDialog(dialog, options),
    paramHeaders: () => service.paramHeaders(),
    converse: meterConversations(conversations.converse, options),
  })
  let isClosed = false

  function health(): BridgeHealth {
    const supervisor = caller()?.supervisor
    const [pid = supervisor?.pid] = conversations.pids
    const stateOfOwn = conversations.pids.length > 0 ? 'running' : 'asleep'
    const state = supervisor?.state === 'asleep' ? stateOfOwn : (supervisor?.state ?? stateOfOwn)
    return {
      state: isClosed ? 'closed' : state,
      pid,
      restarts: supervisor?.restarts ?? 0,
      sessions: fronts.sessionCount,
      calls: caller()?.gate.atWork ?? 0,
      waitingCalls: caller()?.gate.waiting ?? 0,
      traffic: caller()?.traffic ?? { readBytes: 0, writtenBytes: 0 },
      reason: supervisor?.reason,
    }
  }

  return {
    handle: fronts.handle,
    upgrade: fronts.upgrade,
    request: (method, params, { signal } = {}) =>
      meterRequest(method, options, () =>
        service.call({ method, params: envelope({ ...params }), ...(signal && { signal }) }),
      ),
    health,
    wake: async (signal) => void (await service.discover(signal)),
    replace: () => Promise.reject(new Error('The program of a foreign server does not change.')),
    async close() {
      isClosed = true
      fronts.close()
      dialog.close()
      await Promise.all([conversations.close(), close()])
    },
  }
}

/** Where idle servers are kept, processes for calls that may be asked something are not kept for ever. */
const IDLE_MS = 60_000

/** Finds out with the first call which era the server speaks; what it has found it keeps. */
function createAutoService(
  options: BridgeOptions & { readonly now: () => number },
  converse: Parameters<typeof openLegacyChildService>[0],
): { service: ModernService; caller: () => ChildCaller | undefined; close: () => Promise<void> } {
  let caller: ChildCaller | undefined
  let chosen: ModernService | undefined
  let choosing: Promise<ModernService> | undefined

  const closing = new AbortController()

  async function choose(): Promise<ModernService> {
    const isModern = await speaksModern(options, closing.signal)
    closing.signal.throwIfAborted()
    if (isModern) return (chosen = caller = createChildCaller(options))
    return (chosen = await openLegacyChildService(converse, options.limits.idleMs || IDLE_MS))
  }

  async function need(): Promise<ModernService> {
    if (chosen) return chosen
    closing.signal.throwIfAborted()
    choosing ??= choose().finally(() => (choosing = undefined))
    return await choosing
  }

  return {
    caller: () => caller,
    async close() {
      closing.abort(new RpcError(RPC_CODES.internal, `Server "${options.name}" was closed.`))
      await choosing?.catch(() => {})
      await caller?.close()
    },
    service: {
      discover: async (signal) => await (await need()).discover(signal),
      call: async (call) => await (await need()).call(call),
      paramHeaders: async () => await (await need()).paramHeaders(),
      watch: async (subscriber, uris, signal) => await (await need()).watch(subscriber, uris, signal),
      get subscriptions() {
        if (!chosen) throw new Error('Subscriptions come after server/discover.')
        return chosen.subscriptions
      },
    },
  }
}

/** Asks a process of its own: some servers of the older eras end when the first request is not `initialize`. */
async function speaksModern({ startChild, limits }: BridgeOptions, closing: AbortSignal): Promise<boolean> {
  const child = await startChild()
  const { lineBytes, silentMs } = limits
  const connection = createChildConnection({ child, lineBytes, silentMs, onNoise: () => {} })
  child.stderr.resume()
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(limits.startMs), closing])
    await connection.call({ method: 'server/discover', params: envelope({}), signal })
    return true
  } catch {
    return false
  } finally {
    connection.end('It was only asked what it speaks.')
    const stopped = child.stop(limits.stopGraceMs)
    // Nobody waits for its end but who closes the bridge.
    if (closing.aborted) await stopped
  }
}
