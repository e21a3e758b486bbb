import { MetaError } from '../errors/meta-error.ts'
import { hostKey } from './address.ts'
import { localHostBlocked } from './egress-guard.ts'
import { PRIVATE_ADDRESS } from './public-lookup.ts'

interface Attempt {
  readonly url: URL
  readonly timeoutMs: number
  readonly proxy?: string | undefined
  /** The caller's own: who gave up is told the reason it gave. */
  readonly signal?: AbortSignal | undefined
}

/** What to throw for what a request failed with: the host, what is wrong, and what can be done about it. */
export function explainFailure(error: unknown, { url, timeoutMs, proxy, signal }: Attempt): unknown {
  if (error instanceof MetaError || signal?.aborted) return error
  const cause = innermost(error)
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  if (code === PRIVATE_ADDRESS) return localHostBlocked(url)
  const through = proxy === undefined ? '' : ` through the proxy "${new URL(proxy).host}"`
  const unreachable = (what: string, fix: string) =>
    new MetaError('UPSTREAM_UNREACHABLE', `"${hostKey(url)}" ${what}`, fix, { cause: error })
  if (error instanceof Error && error.name === 'TimeoutError') {
    return unreachable(`did not answer within ${timeoutMs} ms${through}.`, 'Try again, or ask for less.')
  }
  if (code !== undefined && UNTRUSTED.has(code)) {
    return unreachable(
      `shows a certificate of an authority that is not trusted here (${code}).`,
      "Where the authority is the person's own, they can start mcpwright with MCPWRIGHT_CA_FILE=/path/to/authority.pem",
    )
  }
  if (proxy !== undefined) {
    const reason = cause instanceof Error ? cause.message : code
    return unreachable(
      `could not be reached${through} (${reason}).`,
      'Check HTTPS_PROXY and that the proxy lets this host through, or list the host in NO_PROXY.',
    )
  }
  return unreachable(
    `could not be reached${code ? ` (${code})` : ''}.`,
    'Check the address, and whether the service is up.',
  )
}

/** fetch says only that it failed, and its cause why. */
function innermost(error: unknown): unknown {
  let cause = error
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
  return cause
}

/** Verification errors of OpenSSL that another authority would mend. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
