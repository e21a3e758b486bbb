import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import { MetaError } from '../errors/meta-error.ts'

/**
 * The authorities whose certificates are believed: those of Node, with NODE_EXTRA_CA_CERTS, and those of a file.
 * @param file  PEM, as MCPWRIGHT_CA_FILE names it
 * @returns undefined without a file: Node's own hold then
 * @throws MetaError CONFIGURATION_INVALID when the file cannot be read or holds no certificate
 */
export function readAuthorities(file: string | undefined): readonly string[] | undefined {
  if (file === undefined) return undefined
  const found = readText(file).match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
  if (!found?.every(isCertificate)) throw unusable(file, found ? 'a certificate that cannot be read' : 'no certificate')
  return [...getCACertificates('default'), ...found]
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unusable(
      file,
      `nothing that can be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'})`,
    )
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

function unusable(file: string, what: string): MetaError {
  return new MetaError(
    'CONFIGURATION_INVALID',
    `MCPWRIGHT_CA_FILE is "${file}", which holds ${what}.`,
    'Name a PEM file with the certificates of your authorities, or leave the setting out.',
  )
}
