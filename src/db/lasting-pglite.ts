import { EventEmitter } from 'node:events'
import type { PgliteThread } from './pglite-thread.ts'

/**
 * PGlite that is started again after it has died, as on a full disk: its files survive any death. One caller at a time;
 * what was under way is lost, and its caller is told.
 */
export interface LastingPglite {
  /**
   * The thread that works.
   * @throws MetaError DISK_FULL or DATABASE_UNAVAILABLE while it cannot be started; the next caller makes another try
   */
  thread(): Promise<PgliteThread>
  /** Ends a thread that can no longer be trusted. */
  giveUp(): Promise<void>
  /** Hears a channel that the thread listens to, now and after each start. @returns a function that stops that */
  hear(channel: string, onPayload: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** @param restart  opens the same files again */
export function createLastingPglite(first: PgliteThread, restart: () => Promise<PgliteThread>): LastingPglite {
  const notifications = new EventEmitter().setMaxListeners(0)
  let current = first
  current.onNotification((channel, payload) => void notifications.emit(channel, payload))

  async function thread(): Promise<PgliteThread> {
    if (current.isAlive()) return current
    await current.terminate()
    const next = await restart()
    next.onNotification((channel, payload) => void notifications.emit(channel, payload))
    for (const channel of notifications.eventNames()) await next.run({ op: 'listen', channel: String(channel) })
    current = next
    return next
  }

  return {
    thread,
    giveUp: () => current.terminate(),
    async hear(channel, onPayload) {
      const isFirst = notifications.listenerCount(channel) === 0
      const working = await thread()
      notifications.on(channel, onPayload)
      if (isFirst) await working.run({ op: 'listen', channel })
      return async () => {
        notifications.off(channel, onPayload)
        if (notifications.listenerCount(channel) > 0 || !current.isAlive()) return
        await current.run({ op: 'unlisten', channel })
      }
    },
    close: () => current.close(),
  }
}
