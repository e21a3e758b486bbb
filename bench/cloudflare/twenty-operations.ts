import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import { emitProject } from '../../generators/project/emit-project.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { sampleDefinition } from '../../src/pipeline/check-code.ts'
import { toTool } from '../../src/pipeline/import-tool.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'

/**
 * The project of a server with twenty operations: those of a description of nineteen, and one of them twice.
 * @param revision  another one makes another Worker
 */
export async function twentyOperations(description: string, revision = 1): Promise<ProjectFiles> {
  const { operations, credentials } = await openApiImporter.read(description, {})
  const tools = operations.map(toTool)
  const again = tools.map((tool) => ({ ...tool, name: `${tool.name}_again` }))
  const twenty = [...tools, ...again].slice(0, 20)
  if (twenty.length !== 20) throw new Error('The description has changed.')
  return emitProject(
    { ...sampleDefinition({ tools: twenty }), name: 'library', revision, credentials },
    projectSurroundings(),
  )
}
