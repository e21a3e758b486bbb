const clock = Date.now
const startedMs = clock()
let lastMs = 0

/** performance, to the millisecond: a finer clock would help attacks on caches. */
export const performance = {
  timeOrigin: startedMs,
  now(): number {
    lastMs = Math.max(lastMs, clock() - startedMs)
    return lastMs
  },
}
