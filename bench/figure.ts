/** One thing that was measured several times. */
export interface Figure {
  readonly what: string
  readonly unit: 'ms' | 'MB' | 'kB'
  /** The most that is asked for; absent for what is only told. */
  readonly limit?: number
  readonly values: readonly number[]
}

export type Verdict = 'ok' | 'worst run over' | 'falls short' | ''

/** Ok only when the worst run is. */
export function judge({ limit, values }: Figure): Verdict {
  if (limit === undefined) return ''
  if (Math.max(...values) <= limit) return 'ok'
  return median(values) <= limit ? 'worst run over' : 'falls short'
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
