import { MetaError } from '../../../src/errors/meta-error.ts'
import type { DeploymentRequest } from '../../../src/model/deployment-target.ts'
import { isLocalName, isPublicAddress, literalAddress } from '../../../src/net/address.ts'

/**
 * Refuses what would run here and not there: hosts that Cloudflare cannot reach, and what a Worker cannot do.
 * All reasons at once.
 * @throws MetaError TARGET_REFUSED
 */
export function refuseUnfit({ server, hosts, connected, credentials, build }: DeploymentRequest): void {
  const connectedHosts = connected.connections.map(({ url }) => (URL.canParse(url) ? new URL(url).host : url))
  const far = [...new Set([...hosts, ...connectedHosts])].filter((host) => !isReachable(host))
  const certificates = credentials.filter(({ placement }) => placement.type === 'mutualTLS')
  const reasons = [
    ...far.map((host) => `"${host}" is on this machine or in a private network, out of its reach`),
    ...certificates.map(
      ({ name }) => `"${name}" is a client certificate, which a Worker has only by mtls_certificates`,
    ),
    ...('src/entries/without-grpc.ts' in build.files
      ? ['a tool speaks gRPC over HTTP/2, which Workers do not send']
      : []),
  ]
  if (reasons.length === 0) return
  throw new MetaError(
    'TARGET_REFUSED',
    `Server "${server.name}" does not work on Cloudflare: ${reasons.join('; ')}.`,
    'Deploy it with target "local"; or give it public addresses, for gRPC one that speaks Connect or gRPC-Web.',
    { next: { tool: 'deploy', arguments: { server: server.name, target: 'local' } } },
  )
}

/** @param host  `host` or `host:port` */
function isReachable(host: string): boolean {
  if (!URL.canParse(`https://${host}`)) return false
  const url = new URL(`https://${host}`)
  const address = literalAddress(url)
  return address === undefined ? !isLocalName(url.hostname) : isPublicAddress(address)
}
