/** A timer that is this late was not late: the machine slept, and its connections may be dead without a word. */
const ASLEEP_MS = 60_000

/**
 * Calls back after the machine slept for more than a minute.
 * @param clock  `now` in milliseconds since 1970; `everyMs` between two looks
 */
export function watchSleep(
  onWake: () => void,
  { now, everyMs }: { now: () => number; everyMs: number } = { now: Date.now, everyMs: 5_000 },
): Disposable {
  let lastLook = now()
  const timer = setInterval(() => {
    const sinceMs = now() - lastLook
    lastLook = now()
    if (sinceMs > ASLEEP_MS) onWake()
  }, everyMs)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
