import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { emitProject } from '../../generators/project/emit-project.ts'
import { openApiImporter } from '../../generators/importers/openapi/openapi-importer.ts'
import type { ServerId, TenantId } from '../../src/model/ids.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { toTool } from '../../src/pipeline/import-tool.ts'
import { checkTypes } from '../../src/pipeline/workshop/check-types.ts'
import { projectSurroundings } from '../../src/pipeline/workshop/package-sources.ts'
import { openProjectFolder } from '../../src/pipeline/workshop/project-folder.ts'

/** Files whose generated project the strict compiler refuses, each with its first problem. */
export async function projectsThatFail(files: readonly string[]): Promise<string[]> {
  const cache = await mkdtemp(path.join(tmpdir(), 'mcpwright-types-'))
  const failures: string[] = []
  try {
    for (const file of files) {
      const project = emitProject(await definitionOf(file), projectSurroundings())
      await using written = await openProjectFolder(project, cache)
      const { problems = [] } = await checkTypes(written.folder, project)
      if (problems[0] !== undefined) failures.push(`${path.basename(file)}: ${problems[0].split('\n', 1)[0] ?? ''}`)
    }
    return failures
  } finally {
    await rm(cache, { recursive: true, force: true })
  }
}

async function definitionOf(file: string): Promise<ServerDefinition> {
  const text = readFileSync(file, 'utf8')
  const { title, operations, credentials } = await openApiImporter.read(text, { origin: 'https://api.example.com/' })
  const tools = operations.map(toTool)
  return {
    // Brands: nothing is stored.
    id: 'bench' as ServerId,
    tenantId: 'bench' as TenantId,
    name: 'bench',
    description: title,
    revision: 1,
    tools,
    resources: [],
    prompts: [],
    credentials,
    connections: [],
    exposure: tools.length > 40 ? 'search' : 'tools',
  }
}
