import type { ProjectFiles } from '../../src/model/project-files.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { EXTERNAL_LIBRARY, isConnected } from './emit-external.ts'
import { libraryOf, protocolsOf, PROTOCOLS } from './emit-protocols.ts'

/** The runtime library's files that a server needs. */
export function neededLibrary(library: ProjectFiles, definition: ServerDefinition): ProjectFiles {
  const spoken = protocolsOf(definition)
  const isUnspoken = (path: string) => PROTOCOLS.some((name) => !spoken.includes(name) && libraryOf(name, path))
  const isUnconnected = (path: string) => !isConnected(definition) && EXTERNAL_LIBRARY.includes(path)
  return Object.fromEntries(Object.entries(library).filter(([path]) => !isUnspoken(path) && !isUnconnected(path)))
}
