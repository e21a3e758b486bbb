import type { Protocol } from '../../runtime/library/protocol.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'

export const PROTOCOLS = ['grpc', 'soap'] as const satisfies readonly Protocol['kind'][]

/** What protocols are spoken with; pinned in mcpwright's own package.json. */
export type ProtocolPackage = 'saxes' | '@bufbuild/protobuf'

interface ProtocolParts {
  readonly codec: string
  readonly packages: readonly ProtocolPackage[]
}

const PARTS: Readonly<Record<Protocol['kind'], ProtocolParts>> = {
  grpc: { codec: 'grpcCodec', packages: ['@bufbuild/protobuf'] },
  soap: { codec: 'soapCodec', packages: ['saxes'] },
}

/** What the operations of a server speak besides plain HTTP. */
export function protocolsOf({ tools = [] }: Partial<Pick<ServerDefinition, 'tools'>>): readonly Protocol['kind'][] {
  const spoken = new Set(tools.map(({ handler }) => (handler.kind === 'operation' ? handler.call.protocol?.kind : '')))
  return PROTOCOLS.filter((name) => spoken.has(name))
}

/** Whether a file of the library is there for this protocol alone; the form of its data belongs to every server. */
export function libraryOf(name: Protocol['kind'], path: string): boolean {
  return path.startsWith(`${name}/`) && path !== `${name}/${name}-protocol.ts`
}

/** Packages that the protocols need. */
export function protocolPackages(definition: Pick<ServerDefinition, 'tools'>): readonly ProtocolPackage[] {
  return protocolsOf(definition).flatMap(packagesOfProtocol)
}

export function packagesOfProtocol(name: (typeof PROTOCOLS)[number]): readonly ProtocolPackage[] {
  return PARTS[name].packages
}

/** Writes `src/protocols.ts`: the protocols that this server's operations speak. Plain HTTP only: no file. */
export function emitProtocols(definition: Pick<ServerDefinition, 'tools'>): ProjectFiles {
  const spoken = protocolsOf(definition)
  if (spoken.length === 0) return {}
  const imports = spoken.map((name) => `import { ${PARTS[name].codec} } from './lib/${name}/${name}-codec.ts'`)
  const members = spoken.map((name) => `${name}: ${PARTS[name].codec}`)
  return {
    'src/protocols.ts': [
      "import type { Protocols } from './lib/protocol.ts'",
      ...imports,
      '',
      "/** What this server's operations speak besides plain HTTP. */",
      `export const protocols: Protocols = { ${members.join(', ')} }`,
      '',
    ].join('\n'),
  }
}
