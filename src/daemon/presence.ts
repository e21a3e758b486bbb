import type { ServerResponse } from 'node:http'

export interface Presence {
  /** Somebody is here for as long as this answer is open. */
  noteRequest(response: ServerResponse): void
  /** Something besides requests that keeps the daemon here. */
  noteWork(isBusy: () => boolean): void
  stop(): void
}

/**
 * Calls `leave` when nobody has asked anything for `idleMs`, no answer is open and nothing else is to be kept up; and
 * when no door can find this daemon any more, because its directory was removed or its record replaced.
 */
export function createPresence(idleMs: number, isFindable: () => boolean, leave: () => void): Presence {
  let open = 0
  let lastSeen = Date.now()
  const keepers: (() => boolean)[] = []
  const timer = setInterval(
    () => {
      if (!isFindable()) leave()
      else if (open > 0 || keepers.some((isBusy) => isBusy())) lastSeen = Date.now()
      else if (Date.now() - lastSeen >= idleMs) leave()
    },
    Math.min(idleMs, 10_000),
  )
  timer.unref()
  return {
    noteRequest(response) {
      open++
      lastSeen = Date.now()
      response.once('close', () => {
        open--
        lastSeen = Date.now()
      })
    },
    noteWork: (isBusy) => void keepers.push(isBusy),
    stop: () => clearInterval(timer),
  }
}
