/** Runs two at once; when one fails the other is given up and waited for, so that nothing goes on behind its back. */
export async function together<Left, Right>(
  signal: AbortSignal,
  left: (signal: AbortSignal) => Promise<Left>,
  right: (signal: AbortSignal) => Promise<Right>,
): Promise<[Left, Right]> {
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  let first: { readonly error: unknown } | undefined
  const watched = async <Result>(run: Promise<Result>): Promise<Result> =>
    run.catch((error: unknown) => {
      first ??= { error }
      ending.abort(error)
      throw error
    })
  const running = [watched(left(either)), watched(right(either))] as const
  await Promise.allSettled(running)
  signal.throwIfAborted()
  if (first) throw first.error
  return Promise.all(running)
}
