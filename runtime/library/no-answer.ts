/** A request that was sent and brought no complete answer. The cause is what fetch or the connection said. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'

  constructor(cause: unknown) {
    super('no complete answer', { cause })
  }

  /** The innermost reason: fetch says only "fetch failed", and its cause why. */
  reason(): string {
    let { cause } = this
    while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
    if (!(cause instanceof Error)) return String(cause)
    return cause.message || ('code' in cause ? String(cause.code) : cause.name)
  }
}
