import type { ServerDefinition } from '../../src/model/server-definition.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { codeParts } from './code-parts.ts'
import { codePath, emitCode, emitCodeRegistry } from './emit-code.ts'
import { emitDeployment } from './emit-deployment.ts'
import { emitEntries } from './emit-entries.ts'
import { emitExternal } from './emit-external.ts'
import { emitOperations, operationsTypes } from './emit-operations.ts'
import { emitPackage, type PackageVersions } from './emit-package.ts'
import { emitReadme } from './emit-readme.ts'
import { emitSavedTests } from './emit-saved-tests.ts'
import { emitProtocols } from './emit-protocols.ts'
import { emitParts, emitServer } from './emit-server.ts'
import { emitShared } from './emit-shared.ts'
import { emitTests } from './emit-tests.ts'
import type { LockedPackages } from './locked-packages.ts'
import { neededLibrary } from './needed-library.ts'
import { operationsSchema } from './operations-schema.ts'
import { createSourceProject } from './source-text.ts'

export interface ProjectSurroundings {
  /** The runtime library's files, by their path inside it. */
  readonly library: ProjectFiles
  /** Exact versions of the packages a project uses. */
  readonly versions: PackageVersions
  /** What those need, for lock files. */
  readonly locked: LockedPackages
}

/**
 * Writes the whole project of a server. The same definition always gives the same bytes.
 * @throws MetaError CODE_INVALID naming the tool, line and column of code that does not parse
 */
export function emitProject(definition: ServerDefinition, surroundings: ProjectSurroundings): ProjectFiles {
  const project = createSourceProject()
  const code = codeParts(definition)
  const version = `1.0.${definition.revision}`
  const files: Record<string, string> = {
    'src/server.ts': emitServer(project, definition, version),
    'src/parts.ts': emitParts(project, definition),
    'src/code.ts': emitCodeRegistry(project, code),
    'src/operations.json': emitOperations(definition),
    'src/operations.d.json.ts': operationsTypes,
    'src/operations.schema.json': operationsSchema,
    ...emitExternal(project, definition),
    ...emitProtocols(definition),
    ...emitEntries(definition),
    ...emitTests(definition),
    ...emitSavedTests(definition),
    ...emitShared(project, definition),
    ...emitPackage(definition, version, surroundings),
    ...emitDeployment(definition, version),
    'README.md': emitReadme(definition),
  }
  for (const part of code) files[codePath(part)] = emitCode(project, part)
  for (const [path, text] of Object.entries(neededLibrary(surroundings.library, definition)))
    files[`src/lib/${path}`] = text
  return Object.fromEntries(Object.entries(files).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
