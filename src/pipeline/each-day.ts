const DAY_MS = 24 * 60 * 60_000

/**
 * Does something now, and each day until the function is called. A failure is told, and does not keep the next day's.
 * @param name  stands before what is told
 */
export function eachDay(name: string, task: () => Promise<void>): () => void {
  const start = (): void => void task().catch((error: unknown) => console.error(`${name}:`, error))
  const timer = setInterval(start, DAY_MS).unref()
  start()
  return () => clearInterval(timer)
}
