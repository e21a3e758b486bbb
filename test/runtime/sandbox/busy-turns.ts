/** Watches for how long this thread's event loop works without a pause. */
export interface TurnWatch {
  longestMs(): number
  stop(): void
}

const LOOK_MS = 10

/**
 * What is counted is the thread's own CPU time between two looks: a loop that is blocked uses it, one that waits for a
 * busy machine does not.
 */
export function watchTurns(): TurnWatch {
  let longestMs = 0
  let last = process.threadCpuUsage()
  const timer = setInterval(() => {
    const used = process.threadCpuUsage(last)
    longestMs = Math.max(longestMs, (used.user + used.system) / 1_000)
    last = process.threadCpuUsage()
  }, LOOK_MS)
  return { longestMs: () => longestMs, stop: () => clearInterval(timer) }
}
