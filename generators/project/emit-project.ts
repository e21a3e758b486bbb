import type { PromptArgument, ServerDefinition } from '../../src/model/server-definition.ts'
import type { JsonSchema } from '../../src/model/tool-definition.ts'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import { codePath, type CodePart, emitCode, emitCodeRegistry } from './emit-code.ts'
import { emitDeployment } from './emit-deployment.ts'
import { emitEntries } from './emit-entries.ts'
import { emitExternal, neededLibrary } from './emit-external.ts'
import { emitOperations, operationsTypes } from './emit-operations.ts'
import { emitPackage, type PackageVersions } from './emit-package.ts'
import { emitReadme } from './emit-readme.ts'
import { emitSavedTests } from './emit-saved-tests.ts'
import { emitParts, emitServer } from './emit-server.ts'
import { emitTests } from './emit-tests.ts'
import { createSourceProject } from './source-text.ts'

export interface ProjectSurroundings {
  /** The runtime library's files, by their path inside it. */
  readonly library: ProjectFiles
  /** Exact versions of the packages a project uses. */
  readonly versions: PackageVersions
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
    ...emitExternal(project, definition),
    ...emitEntries(definition),
    ...emitTests(definition),
    ...emitSavedTests(definition),
    ...emitPackage(definition, version, surroundings.versions),
    ...emitDeployment(definition, version),
    'README.md': emitReadme(definition),
  }
  for (const part of code) files[codePath(part)] = emitCode(project, part)
  for (const [path, text] of Object.entries(neededLibrary(surroundings.library, definition)))
    files[`src/lib/${path}`] = text
  return Object.fromEntries(Object.entries(files).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/** The hand-written code of a server: tools first, then resources, then prompts. */
export function codeParts(definition: ServerDefinition): CodePart[] {
  const tools = definition.tools.flatMap(({ handler, name, description, inputSchema }): CodePart[] =>
    handler.kind === 'code' ? [{ kind: 'tool', name, description, inputSchema, source: handler.source }] : [],
  )
  const resources = definition.resources.flatMap(({ content, name, description }): CodePart[] =>
    content.kind === 'code' ? [{ kind: 'resource', name, description: description ?? '', source: content.source }] : [],
  )
  const prompts = definition.prompts.flatMap(({ messages, name, description, arguments: args }): CodePart[] =>
    'kind' in messages
      ? [{ kind: 'prompt', name, description, inputSchema: schemaOf(args), source: messages.source }]
      : [],
  )
  return [...tools, ...resources, ...prompts]
}

/** MCP gives a prompt's arguments as texts. */
function schemaOf(args: readonly PromptArgument[]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      args.map(({ name, description }) => [name, { type: 'string', ...(description && { description }) }]),
    ),
    required: args.flatMap(({ name, required }) => (required ? [name] : [])),
  }
}
