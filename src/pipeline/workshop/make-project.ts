import { emitProject } from '../../../generators/project/emit-project.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { CheckReport } from '../../model/build.ts'
import { type BuildContents, contentsOf } from '../../model/build-contents.ts'
import { applyOverlays } from '../../model/file-overlay.ts'
import { digestOfFiles, type ProjectFiles } from '../../model/project-files.ts'
import type { ServerDefinition } from '../../model/server-definition.ts'
import { bundleProject, type ProjectFolders } from './bundle-project.ts'
import { checkTypes } from './check-types.ts'
import { refuseForeignSources } from './overlay-sources.ts'
import { libraryDigest, projectSurroundings } from './package-sources.ts'
import { openProjectFolder } from './project-folder.ts'

export interface MadeProject {
  readonly digest: string
  readonly files: ProjectFiles
  /** What it is made with. */
  readonly library: string
  /** Absent when a build with this digest was said to exist. */
  readonly made?: {
    readonly artefacts: ProjectFiles
    readonly checks: readonly CheckReport[]
    readonly contents: BuildContents
  }
}

/**
 * Generates a project, puts over it what was changed by hand, type-checks it and bundles it.
 * @param knownDigests  of builds there are: a project with one of them is not made again
 * @param onStep  called before what takes long
 * @throws MetaError CODE_INVALID, IMPORT_NOT_ALLOWED, BUILD_FAILED with each problem's place and the lines around it
 */
export async function makeProject(
  definition: ServerDefinition,
  knownDigests: readonly string[],
  cache: string,
  onStep: (step: string) => void = () => {},
): Promise<MadeProject> {
  const generated = emitProject(definition, projectSurroundings())
  const files = applyOverlays(generated, definition.overlays)
  const digest = digestOfFiles(files)
  const library = libraryDigest()
  if (knownDigests.includes(digest)) return { digest, files, library }
  onStep('types and bundles')
  refuseForeignSources(definition.overlays)
  await using project = await openProjectFolder(files, cache)
  // What a server's process runs is made of generated files alone: it has more rights than the sandbox.
  await using plain = definition.overlays ? await openProjectFolder(generated, cache) : undefined
  const [types, bundles] = await Promise.all([
    checkTypes(project.folder, files),
    timedBundle({ changed: project.folder, generated: plain?.folder ?? project.folder }, files),
  ])
  const checks = [types, bundles.check]
  const problems = checks.flatMap((check) => check.problems ?? [])
  if (problems.length > 0) {
    throw new MetaError(
      'BUILD_FAILED',
      `"${definition.name}" does not build:\n${problems.slice(0, 5).join('\n')}`,
      definition.overlays
        ? 'Correct the file with write_file, or the tool with add_tool and replace: true, then deploy again.'
        : 'Correct the tool with add_tool and replace: true, then deploy again.',
    )
  }
  return { digest, files, library, made: { artefacts: bundles.artefacts, checks, contents: contentsOf(definition) } }
}

async function timedBundle(
  folders: ProjectFolders,
  files: ProjectFiles,
): Promise<{ artefacts: ProjectFiles; check: CheckReport }> {
  const started = performance.now()
  const ms = () => Math.round(performance.now() - started)
  try {
    const artefacts = await bundleProject(folders, files)
    return { artefacts, check: { name: 'bundle', ok: true, ms: ms() } }
  } catch (error) {
    const problems = [error instanceof Error ? error.message : String(error)]
    return { artefacts: {}, check: { name: 'bundle', ok: false, ms: ms(), problems } }
  }
}
