import type { Project } from 'ts-morph'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { checkSharedSource } from './code-source.ts'
import { formatted } from './source-text.ts'

/**
 * Writes what the server's code shares: `src/shared/*.ts`.
 * @throws MetaError CODE_INVALID, IMPORT_NOT_ALLOWED
 */
export function emitShared(project: Project, { shared = {} }: Pick<ServerDefinition, 'shared'>): ProjectFiles {
  const files = Object.entries(shared).map(([name, source]) => {
    checkSharedSource(project, `shared/${name}`, source)
    return [`src/shared/${name}`, formatted(project, source)]
  })
  return Object.fromEntries(files)
}
