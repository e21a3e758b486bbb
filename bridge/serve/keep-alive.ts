const BEAT_MS = 15_000
const TICK_MS = 1_000

interface Watched {
  dueAt: number
  readonly beat: () => void
}

const watched = new Set<Watched>()
let timer: NodeJS.Timeout | undefined

/**
 * Calls `beat` now and then, so that no proxy takes a quiet stream for dead. One timer serves all streams of the
 * process: a timer for each request costs more than the rest of its bookkeeping.
 * @param firstMs  until the first beat, to the second
 * @returns a function that ends it
 */
export function keepAlive(beat: () => void, firstMs = BEAT_MS): () => void {
  const entry = { dueAt: performance.now() + firstMs, beat }
  watched.add(entry)
  timer ??= setInterval(tick, TICK_MS).unref()
  return () => void watched.delete(entry)
}

function tick(): void {
  const now = performance.now()
  for (const entry of watched) {
    if (entry.dueAt > now) continue
    entry.dueAt = now + BEAT_MS
    entry.beat()
  }
  if (watched.size > 0) return
  clearInterval(timer)
  timer = undefined
}
