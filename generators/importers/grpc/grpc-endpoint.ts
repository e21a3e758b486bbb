import type { GrpcProtocol } from '../../../runtime/library/grpc/grpc-protocol.ts'

/** Where services are called, and in which of the protocols. */
export interface Endpoint {
  readonly wire: GrpcProtocol['wire']
  /** `https://host:port`, and the path before the services. */
  readonly origin: string
  readonly host: string
  readonly path: string
}

const SCHEMES: Readonly<Record<string, { readonly wire: GrpcProtocol['wire']; readonly scheme: 'http' | 'https' }>> = {
  https: { wire: 'connect', scheme: 'https' },
  http: { wire: 'connect', scheme: 'http' },
  'connect+https': { wire: 'connect', scheme: 'https' },
  'connect+http': { wire: 'connect', scheme: 'http' },
  'grpc-web+https': { wire: 'grpc-web', scheme: 'https' },
  'grpc-web+http': { wire: 'grpc-web', scheme: 'http' },
  grpcs: { wire: 'grpc', scheme: 'https' },
  grpc: { wire: 'grpc', scheme: 'http' },
  'grpc+https': { wire: 'grpc', scheme: 'https' },
  'grpc+http': { wire: 'grpc', scheme: 'http' },
}

/** The scheme of an address names the protocol: `https` is Connect, `grpc-web+https`, `grpcs` is gRPC over HTTP/2. */
export function readEndpoint(address: string | undefined): Endpoint | undefined {
  const [, name = '', rest = ''] = /^([a-z-]+(?:\+https?)?):\/\/(.+)$/i.exec(address?.trim() ?? '') ?? []
  const way = Object.hasOwn(SCHEMES, name.toLowerCase()) ? SCHEMES[name.toLowerCase()] : undefined
  if (!way || !URL.canParse(`${way.scheme}://${rest}`)) return undefined
  const { origin, host, pathname } = new URL(`${way.scheme}://${rest}`)
  return { wire: way.wire, origin, host, path: pathname.replace(/\/$/, '') }
}
