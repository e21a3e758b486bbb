/**
 * Who may do what only a few can do at once. Of all keys that wait, the one with the fewest in flight is next, and of
 * those the one whose last turn is the longest ago; what waits for one key keeps its order. So a key that asks for much
 * makes another wait for what is in flight at most, never for its line.
 */
export interface Turns {
  /** Undefined when it was given up before its turn came. A turn lasts until it is disposed of. */
  take(key: string, signal?: AbortSignal): Promise<Disposable | undefined>
}

export function createTurns(atOnce: number): Turns {
  const lanes = new Map<string, Lane>()
  let inFlight = 0
  let lastTurn = 0

  function startNext(): void {
    while (inFlight < atOnce) {
      const next = nextLane(lanes)
      const start = next?.waiting.shift()
      if (!next || !start) return
      next.inFlight++
      next.lastTurn = ++lastTurn
      inFlight++
      start()
    }
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

function nextLane(lanes: ReadonlyMap<string, Lane>): Lane | undefined {
  const waiting = lanes.values().filter((lane) => lane.waiting.length > 0)
  return waiting.reduce<Lane | undefined>((best, lane) => (best && !isBefore(lane, best) ? best : lane), undefined)
}

function isBefore(one: Lane, other: Lane): boolean {
  return one.inFlight < other.inFlight || (one.inFlight === other.inFlight && one.lastTurn < other.lastTurn)
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
