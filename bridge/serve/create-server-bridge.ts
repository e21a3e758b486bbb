import { META, claimedVersion, metaOf } from '../protocol/versions.ts'
import { createChildCaller } from './child-caller.ts'
import { envelope } from './envelope.ts'
import { createFronts } from './fronts.ts'
import { createModernDialog } from './modern-dialog.ts'
import { meterConversations, meterDialog, meterRequest } from './request-meter.ts'
import type { BridgeOptions, RequestOptions, ServerBridge } from './server-bridge.ts'
import { translatedConversations } from './translated-conversation.ts'

/** Any token will do: it only has to be there, and comes back to the call that it was given to. */
const PROGRESS = { [META.progressToken]: 'progress' }

/** One stdio child of 2026-07-28, shared by all clients, behind the transports of every era. */
export function createServerBridge(options: BridgeOptions): ServerBridge {
  const now = options.now ?? (() => performance.now())
  const caller = createChildCaller({ ...options, now })
  const dialog = createModernDialog(caller)
  const fronts = createFronts({
    ...options,
    now,
    modern: meterDialog(dialog, options),
    paramHeaders: () => caller.paramHeaders(),
    converse: meterConversations(translatedConversations(options.name, caller), options),
  })

  async function ask(method: string, params: object, { signal, onProgress }: RequestOptions): Promise<unknown> {
    if (method === 'server/discover') return await caller.discover(signal)
    const asked = onProgress ? { ...params, _meta: { ...metaOf({ ...params }), ...PROGRESS } } : { ...params }
    return await caller.call({
      method,
      params: claimedVersion(asked) === undefined ? envelope(asked) : asked,
      ...(signal && { signal }),
      onNotification: (notified, given) => {
        // The child is ours, and progress has this shape (2026-07-28: basic/patterns/progress).
        if (notified === 'notifications/progress') onProgress?.(given as unknown as Progress)
      },
    })
  }

  return {
    handle: fronts.handle,
    upgrade: fronts.upgrade,
    request: (method, params, asked = {}) => meterRequest(method, options, () => ask(method, params, asked)),
    health: () => ({
      state: caller.supervisor.state,
      pid: caller.supervisor.pid,
      restarts: caller.supervisor.restarts,
      sessions: fronts.sessionCount,
      calls: caller.gate.atWork,
      waitingCalls: caller.gate.waiting,
      traffic: caller.traffic,
      reason: caller.supervisor.reason,
    }),
    async wake(signal) {
      caller.supervisor.forgive()
      await caller.wake(signal)
    },
    replace: (startChild, signal) => caller.replace(startChild, signal),
    async close() {
      fronts.close()
      dialog.close()
      await caller.close()
    },
  }
}

type Progress = Parameters<NonNullable<RequestOptions['onProgress']>>[0]
