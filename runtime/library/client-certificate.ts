import { CallRefused } from './call-refused.ts'
import type { CallContext } from './call-context.ts'
import type { Credential } from './http-call.ts'

/** Names of the variables that hold a client certificate and its private key, as PEM. */
export interface CertificateNames {
  readonly certificate: string
  /** Not set where the key stands in the same text as the certificate. */
  readonly key: string
}

/**
 * The fetch that a call leaves by: one that shows the call's client certificate, where it has one.
 * @throws CallRefused when it needs more than one: a connection shows one
 */
export function fetchFor(
  credentials: readonly Credential[],
  { fetch: send, certificateFetch }: Pick<CallContext, 'fetch' | 'certificateFetch'>,
): typeof fetch {
  const names = credentials.flatMap(({ name, placement }) =>
    placement.type === 'mutualTLS' ? [{ certificate: name, key: placement.key }] : [],
  )
  const [first] = names
  if (!first || !certificateFetch) return send
  if (names.length > 1) {
    throw new CallRefused(
      `This call needs ${names.map(({ certificate }) => certificate).join(' and ')}, but a connection can show one client certificate only. Nothing was sent.`,
    )
  }
  return certificateFetch(first)
}
