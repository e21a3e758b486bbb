/** A piece of work that several callers wait for. It is given up when the last of them has given up. */
export interface SharedRun<Result> {
  readonly result: Promise<Result>
  /** Nobody waits for it any more: who comes now starts another. */
  isGivenUp(): boolean
  /** @throws what the work throws; the signal's reason, for this caller alone, when it aborts first */
  join(signal: AbortSignal): Promise<Result>
}

/** @param work  begins at once; its signal aborts when all who have joined have left before its end */
export function shareRun<Result>(work: (signal: AbortSignal) => Promise<Result>): SharedRun<Result> {
  const givingUp = new AbortController()
  const result = work(givingUp.signal)
  // Each who has joined hears of a failure.
  result.catch(() => {})
  let waiting = 0

  return {
    result,
    isGivenUp: () => givingUp.signal.aborted,
    async join(signal) {
      const left = Promise.withResolvers<never>()
      const leave = (): void => left.reject(signal.reason)
      waiting++
      signal.addEventListener('abort', leave, { once: true })
      if (signal.aborted) leave()
      try {
        return await Promise.race([result, left.promise])
      } finally {
        signal.removeEventListener('abort', leave)
        // What has ended hears of it no more.
        if (--waiting === 0 && signal.aborted) givingUp.abort(signal.reason)
      }
    },
  }
}
