import { createSecureContext, type SecureContext } from 'node:tls'
import { MetaError } from '../errors/meta-error.ts'

/** What a request shows of itself in the TLS handshake with one host. */
export interface ClientCertificate {
  /** The only host that sees it, as `host` or `host:port`. */
  readonly host: string
  /** The certificate, those of its issuers, and the private key, in any order. */
  readonly pem: string
}

/** @throws MetaError CONFIGURATION_INVALID when the text is no certificate with its key */
export function showing({ host, pem }: ClientCertificate, authorities: readonly string[] | undefined): SecureContext {
  try {
    // OpenSSL takes from each text what it looks for, so that one text serves as both.
    return createSecureContext({ cert: pem, key: pem, ...trusting(authorities) })
  } catch (error) {
    throw new MetaError(
      'CONFIGURATION_INVALID',
      `The client certificate for "${host}" cannot be read${error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''}.`,
      'Enter the certificate and its unencrypted private key as PEM, one after the other.',
    )
  }
}

/** Options of a TLS context; without authorities those of Node are meant. */
export function trusting(authorities: readonly string[] | undefined): { ca?: string[] } {
  return authorities ? { ca: [...authorities] } : {}
}
