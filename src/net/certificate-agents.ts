import { createHash } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { Agent } from 'undici'
import { MetaError } from '../errors/meta-error.ts'
import { publicLookup } from './egress-guard.ts'

/** What a request shows of itself in the TLS handshake with one host. */
export interface ClientCertificate {
  /** The only host that sees it, as `host` or `host:port`. */
  readonly host: string
  /** The certificate, those of its issuers, and the private key, in any order. */
  readonly pem: string
}

/** Connections that were made with a certificate are never used without it, nor with another. */
export interface CertificateAgents {
  /** @throws MetaError CONFIGURATION_INVALID when the text is no certificate with its key */
  agentFor(certificate: ClientCertificate, isLocal: boolean): Agent
  close(): Promise<void>
}

/** Certificates whose connections are kept; those of the longest unused one end first. */
const MOST_CERTIFICATES = 32

export function createCertificateAgents(): CertificateAgents {
  const agents = new Map<string, Agent>()
  return {
    agentFor(certificate, isLocal) {
      const key = createHash('sha256').update(`${isLocal} ${certificate.pem}`).digest('hex')
      const agent = agents.get(key) ?? createAgent(certificate, isLocal)
      agents.delete(key)
      agents.set(key, agent)
      const [oldest] = agents
      if (agents.size > MOST_CERTIFICATES && oldest) {
        agents.delete(oldest[0])
        // It ends when its last request has.
        void oldest[1].close()
      }
      return agent
    },
    async close() {
      await Promise.all(Array.from(agents.values(), (agent) => agent.destroy()))
    },
  }
}

function createAgent({ host, pem }: ClientCertificate, isLocal: boolean): Agent {
  // OpenSSL takes from each text what it looks for, so that one text serves as both.
  const pair = { cert: pem, key: pem }
  try {
    createSecureContext(pair)
  } catch (error) {
    throw new MetaError(
      'CONFIGURATION_INVALID',
      `The client certificate for "${host}" cannot be read${error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''}.`,
      'Enter the certificate and its unencrypted private key as PEM, one after the other.',
    )
  }
  return new Agent({ connect: { ...pair, ...(!isLocal && { lookup: publicLookup }) } })
}
