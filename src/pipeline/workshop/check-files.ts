import { emitProject } from '../../../generators/project/emit-project.ts'
import { applyOverlays } from '../../model/file-overlay.ts'
import type { ServerDefinition } from '../../model/server-definition.ts'
import { checkTypes } from './check-types.ts'
import { refuseForeignSources } from './overlay-sources.ts'
import { projectSurroundings } from './package-sources.ts'
import { openProjectFolder } from './project-folder.ts'

/**
 * @returns what the compiler says of a project with its changes, each with its place and the lines around it
 * @throws MetaError IMPORT_NOT_ALLOWED
 */
export async function checkFiles(definition: ServerDefinition, cache: string): Promise<readonly string[]> {
  refuseForeignSources(definition.overlays)
  const files = applyOverlays(emitProject(definition, projectSurroundings()), definition.overlays)
  await using project = await openProjectFolder(files, cache)
  return (await checkTypes(project.folder, files)).problems ?? []
}
