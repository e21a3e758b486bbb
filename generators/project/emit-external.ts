import type { ExternalParts } from '../../runtime/library/external/external-parts.ts'
import type { Project } from 'ts-morph'
import { VariableDeclarationKind } from 'ts-morph'
import type { ProjectFiles } from '../../src/model/project-files.ts'
import type { ServerDefinition } from '../../src/model/server-definition.ts'
import { printLiteral } from './source-literal.ts'
import { formatSettings } from './source-text.ts'

/** What of the library only servers with connections need; it brings the SDK's client along. */
export const EXTERNAL_LIBRARY = ['external/external-caller.ts', 'external/tool-digest.ts']

export function isConnected({ tools }: Pick<ServerDefinition, 'tools'>): boolean {
  return tools.some(({ handler }) => handler.kind === 'external')
}

/** Writes `src/external.ts`: the connected servers, and the tools of theirs that this one offers. */
export function emitExternal(project: Project, definition: ServerDefinition): ProjectFiles {
  if (!isConnected(definition)) return {}
  const file = project.createSourceFile('external.ts', '', { overwrite: true })
  file.addImportDeclaration({
    moduleSpecifier: './lib/external/external-parts.ts',
    namedImports: ['ExternalParts'],
    isTypeOnly: true,
  })
  file.addVariableStatement({
    leadingTrivia: '\n',
    docs: ['The connected servers, and the tools of theirs that this one offers.'],
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    declarations: [{ name: 'external', type: 'ExternalParts', initializer: printLiteral(externalParts(definition)) }],
  })
  file.formatText(formatSettings)
  return { 'src/external.ts': file.getFullText() }
}

function externalParts({ tools, connections }: ServerDefinition): ExternalParts {
  const external = tools.flatMap(({ handler, group: _group, ...tool }): ExternalParts['tools'][number][] => {
    if (handler.kind !== 'external') return []
    const { kind: _kind, ...place } = handler
    return [{ ...tool, ...place }]
  })
  const used = new Set(external.map(({ connection }) => connection))
  return {
    connections: connections.filter(({ name }) => used.has(name)).map(({ tools: _tools, ...connection }) => connection),
    tools: external,
  }
}
