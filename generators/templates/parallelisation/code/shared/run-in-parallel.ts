/** What became of one input. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: string }
  /** It was not begun: the work had stopped before. */
  | { readonly ok: false; readonly skipped: true }

export interface ParallelOptions {
  /** How many are worked on at once. */
  readonly concurrency: number
  /** After the first failure nothing new is begun; what was begun still ends. */
  readonly stopOnFailure?: boolean
  readonly signal: AbortSignal
  readonly progress: (done: number, total: number) => void
}

/**
 * Works through all inputs, some at once.
 * @returns what became of each, in the order of the inputs; a failure of one is no failure of the others
 * @throws what the signal says, when the caller gives up
 */
export async function runInParallel<Input, Value>(
  inputs: readonly Input[],
  work: (input: Input, index: number) => Promise<Value>,
  { concurrency, stopOnFailure = false, signal, progress }: ParallelOptions,
): Promise<readonly Outcome<Value>[]> {
  const outcomes = inputs.map((): Outcome<Value> => ({ ok: false, skipped: true }))
  // All workers take from one queue, so that a slow input keeps only its own worker.
  const queue = inputs.entries()
  let done = 0
  let isStopped = false

  async function takeInputs(): Promise<void> {
    for (const [index, input] of queue) {
      signal.throwIfAborted()
      const outcome = await attempt(() => work(input, index))
      outcomes[index] = outcome
      progress(++done, inputs.length)
      if (!outcome.ok && stopOnFailure) isStopped = true
      if (isStopped) return
    }
  }

  await Promise.all(Array.from({ length: Math.min(concurrency, inputs.length) }, takeInputs))
  signal.throwIfAborted()
  return outcomes
}

async function attempt<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

/** The outcomes with how many there are of each kind. */
export function summarize<Value>(outcomes: readonly Outcome<Value>[]): {
  readonly succeeded: number
  readonly failed: number
  readonly skipped: number
  readonly results: readonly (Outcome<Value> & { readonly index: number })[]
} {
  const succeeded = outcomes.filter(({ ok }) => ok).length
  const skipped = outcomes.filter((outcome) => 'skipped' in outcome).length
  return {
    succeeded,
    failed: outcomes.length - succeeded - skipped,
    skipped,
    results: outcomes.map((outcome, index) => ({ index, ...outcome })),
  }
}
