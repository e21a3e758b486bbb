import { emitProject } from '../../../generators/project/emit-project.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { ServerDefinition } from '../../model/server-definition.ts'
import { bundleTools } from './bundle-project.ts'
import { checkTypes } from './check-types.ts'
import { projectSurroundings } from './package-sources.ts'
import { openProjectFolder } from './project-folder.ts'

/**
 * Makes the `tools.mjs` of a definition that holds only what is to be tried.
 * @throws MetaError CODE_INVALID with each problem's place and the lines around it
 */
export async function bundleCode(
  definition: ServerDefinition,
  withTypes: boolean,
  cache: string,
): Promise<{ bundle: string }> {
  const files = emitProject(definition, projectSurroundings())
  await using project = await openProjectFolder(files, cache)
  const [types, bundled] = await Promise.allSettled([
    withTypes ? checkTypes(project.folder, files) : undefined,
    bundleTools(project.folder, files),
  ])
  if (types.status === 'rejected') throw types.reason
  const problems = types.value?.problems ?? (bundled.status === 'rejected' ? [readFailure(bundled.reason)] : [])
  if (bundled.status === 'fulfilled' && problems.length === 0) return { bundle: bundled.value }
  throw new MetaError(
    'CODE_INVALID',
    `The code does not compile:\n${problems.slice(0, 5).join('\n')}`,
    'Correct it and send it again; `input` has the type that input_schema says.',
  )
}

function readFailure(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason)
}
