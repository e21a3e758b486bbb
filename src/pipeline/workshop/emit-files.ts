import { emitProject } from '../../../generators/project/emit-project.ts'
import { baseOf } from '../../model/file-overlay.ts'
import type { ProjectFiles } from '../../model/project-files.ts'
import type { ServerDefinition } from '../../model/server-definition.ts'
import { projectSurroundings } from './package-sources.ts'

/** A project as it is generated. */
export interface EmittedFiles {
  readonly files: ProjectFiles
  /** By path, what an overlay over it begins from. */
  readonly bases: Readonly<Record<string, string | null>>
}

/** @throws MetaError CODE_INVALID */
export function emitFiles(definition: ServerDefinition): EmittedFiles {
  const surroundings = projectSurroundings()
  const unnumbered = emitProject({ ...definition, revision: 0 }, surroundings)
  return {
    files: emitProject(definition, surroundings),
    bases: Object.fromEntries(Object.keys(unnumbered).map((path) => [path, baseOf(unnumbered, path)])),
  }
}
