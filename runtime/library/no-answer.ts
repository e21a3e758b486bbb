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

  /** Whether the connection was lost or not made, which may go better the next time. */
  isPassing(): boolean {
    for (let { cause } = this as { cause?: unknown }; cause instanceof Error; cause = cause.cause) {
      if ('code' in cause && PASSING.has(String(cause.code))) return true
      // Cloudflare Workers mark such errors so.
      if ('retryable' in cause && cause.retryable === true) return true
    }
    return false
  }
}

/** Codes of Node's sockets, of undici, and of mcpwright's egress. */
const PASSING = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UPSTREAM_UNREACHABLE',
])
