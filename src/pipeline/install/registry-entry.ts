import type { Server } from '../../model/server.ts'

/** What the registry lists: `server.json`, schema 2025-12-11. It hosts no files, so the bundle must be published first. */
export interface RegistryEntry {
  readonly $schema: string
  readonly name: string
  readonly title: string
  readonly description: string
  readonly version: string
  readonly packages: readonly [McpbPackage]
}

interface McpbPackage {
  readonly registryType: 'mcpb'
  /** Where the bundle can be downloaded. */
  readonly identifier: string
  readonly version: string
  readonly fileSha256: string
  readonly transport: { readonly type: 'stdio' }
}

/** The registry's limit. */
const DESCRIPTION_CHARACTERS = 100

/** @param owner  who publishes, in reverse DNS notation, as the registry proves it: `io.github.name` */
export function registryEntry(
  { name, description }: Pick<Server, 'name' | 'description'>,
  buildVersion: number,
  sha256: string,
  owner = 'io.github.OWNER',
): RegistryEntry {
  const version = `1.0.${buildVersion}`
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: `${owner}/${name}`,
    title: name,
    description: description.slice(0, DESCRIPTION_CHARACTERS),
    version,
    packages: [
      {
        registryType: 'mcpb',
        identifier: `https://github.com/OWNER/${name}/releases/download/v${version}/${name}.mcpb`,
        version,
        fileSha256: sha256,
        transport: { type: 'stdio' },
      },
    ],
  }
}
