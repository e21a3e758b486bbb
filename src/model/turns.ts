/**
 * Who may do what only a few can do at once. Of all keys that wait, the one with the fewest in flight is next, and of
 * those the one whose last turn is the longest ago; what waits for one key keeps its order. So a key that asks for much
 * makes another wait for what is in flight at most, never for its line. And the last free place is kept for a key that
 * was here lately and has nothing in flight: one that comes back now and then waits for nobody.
 */
export interface Turns {
  /** Undefined when it was given up before its turn came. A turn lasts until it is disposed of. */
  take(key: string, signal?: AbortSignal): Promise<Disposable | undefined>
}

/** Turns of others after which nobody waits for a key to come back. */
const LATELY = 50

export function createTurns(atOnce: number): Turns {
  const lanes = new Map<string, Lane>()
  /** The count of turns at the last one of each key that was here lately. */
  const seen = new Map<string, number>()
  let inFlight = 0
  let lastTurn = 0

  function startNext(): void {
    while (inFlight < atOnce) {
      const found = nextLane(mayStart())
      const start = found?.[1].waiting.shift()
      if (!found || !start) return
      const [key, next] = found
      next.inFlight++
      next.lastTurn = ++lastTurn
      seen.set(key, lastTurn)
      inFlight++
      start()
    }
  }

  function mayStart(): (readonly [string, Lane])[] {
    for (const [key, turn] of seen) if (turn < lastTurn - LATELY) seen.delete(key)
    const isKept = inFlight === atOnce - 1 && seen.keys().some((key) => (lanes.get(key)?.inFlight ?? 0) === 0)
    const waiting = [...lanes].filter(([, lane]) => lane.waiting.length > 0)
    return isKept ? waiting.filter(([, lane]) => lane.inFlight === 0) : waiting
  }

  function end(key: string, lane: Lane): void {
    lane.inFlight--
    inFlight--
    forgetEmpty(key, lane)
    startNext()
  }

  function forgetEmpty(key: string, lane: Lane): void {
    if (lane.inFlight === 0 && lane.waiting.length === 0) lanes.delete(key)
  }

  return {
    async take(key, signal) {
      if (signal?.aborted) return undefined
      const lane = lanes.get(key) ?? { waiting: [], inFlight: 0, lastTurn: 0 }
      lanes.set(key, lane)
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const start = (): void => resolve(true)
      const giveUp = (): void => {
        const place = lane.waiting.indexOf(start)
        if (place < 0) return
        lane.waiting.splice(place, 1)
        forgetEmpty(key, lane)
        resolve(false)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      lane.waiting.push(start)
      startNext()
      const isMine = await promise
      signal?.removeEventListener('abort', giveUp)
      return isMine ? disposeOnce(() => end(key, lane)) : undefined
    },
  }
}

interface Lane {
  /** Each starts one. */
  readonly waiting: (() => void)[]
  inFlight: number
  /** The count of turns at its last one; 0 before its first. */
  lastTurn: number
}

function nextLane(waiting: readonly (readonly [string, Lane])[]): readonly [string, Lane] | undefined {
  return waiting.toSorted(([, one], [, other]) => one.inFlight - other.inFlight || one.lastTurn - other.lastTurn)[0]
}

function disposeOnce(end: () => void): Disposable {
  let isOver = false
  return {
    [Symbol.dispose]() {
      if (!isOver) end()
      isOver = true
    },
  }
}
