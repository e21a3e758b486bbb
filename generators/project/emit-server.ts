import { type Project, VariableDeclarationKind } from 'ts-morph'
import type { PromptPart, ResourcePart, ServerParts } from '../../runtime/library/server/server-parts.ts'
import type { PromptDefinition, ResourceDefinition, ServerDefinition } from '../../src/model/server-definition.ts'
import { hostsOf } from '../../src/model/server-hosts.ts'
import { isConnected } from './emit-external.ts'
import { protocolsOf } from './emit-protocols.ts'
import { printLiteral, quote } from './source-literal.ts'
import { formatSettings } from './source-text.ts'

/** Writes `src/server.ts`: the server's parts joined, independent of where it runs. */
export function emitServer(project: Project, definition: ServerDefinition, version: string): string {
  const file = project.createSourceFile('server.ts', '', { overwrite: true })
  const hasExternal = isConnected(definition)
  const hasProtocols = protocolsOf(definition).length > 0
  file.addImportDeclarations([
    ...(hasExternal ? [{ moduleSpecifier: './external.ts', namedImports: ['external'] }] : []),
    { moduleSpecifier: './lib/server/create-mcp-server.ts', namedImports: ['createMcpServer'] },
    { moduleSpecifier: './lib/server/server-parts.ts', namedImports: ['ServerHost', 'ServerParts'], isTypeOnly: true },
    { moduleSpecifier: './parts.ts', namedImports: ['hosts', 'prompts', 'resources', 'tools'] },
    ...(hasProtocols ? [{ moduleSpecifier: './protocols.ts', namedImports: ['protocols'] }] : []),
  ])
  file.insertStatements(hasExternal ? 3 : 2, "import operations from './operations.json' with { type: 'json' }")
  file.addVariableStatement({
    isExported: true,
    docs: ['Everything the server consists of, as data.'],
    declarationKind: VariableDeclarationKind.Const,
    declarations: [
      {
        name: 'parts',
        type: 'ServerParts',
        initializer: (writer) =>
          writer.inlineBlock(() => {
            writer.writeLine(`name: ${quote(definition.name)},`)
            writer.writeLine(`version: ${quote(version)},`)
            writer.writeLine(`description: ${quote(definition.description)},`)
            writer.writeLine(`exposure: ${quote(definition.exposure)},`)
            writer
              .writeLine('operations,')
              .writeLine('tools,')
              .writeLine('resources,')
              .writeLine('prompts,')
              .writeLine('hosts,')
            if (hasExternal) writer.writeLine('external,')
            if (hasProtocols) writer.writeLine('protocols,')
          }),
      },
    ],
  })
  file.addFunction({
    name: 'createServer',
    isExported: true,
    docs: ['Makes the factory of this server for the place where it runs.'],
    parameters: [{ name: 'host', type: 'ServerHost' }],
    statements: 'return createMcpServer(parts, host)',
  })
  file.formatText(formatSettings)
  return file.getFullText()
}

/** Writes `src/parts.ts`: the hand-written tools without their code, the resources and the prompts. */
export function emitParts(project: Project, definition: ServerDefinition): string {
  const tools: ServerParts['tools'] = definition.tools.flatMap(
    ({ handler, name, description, effect, inputSchema, outputSchema }) =>
      handler.kind === 'code'
        ? [
            {
              name,
              description,
              effect,
              inputSchema,
              ...(outputSchema && { outputSchema }),
              ...(handler.task && { task: handler.task }),
            },
          ]
        : [],
  )
  const file = project.createSourceFile('parts.ts', '', { overwrite: true })
  file.addImportDeclaration({
    moduleSpecifier: './lib/server/server-parts.ts',
    namedImports: ['CodeTool', 'PromptPart', 'ResourcePart'],
    isTypeOnly: true,
  })
  const declare = (name: string, type: string, value: unknown) =>
    file.addVariableStatement({
      leadingTrivia: name === 'tools' ? '' : '\n',
      isExported: true,
      declarationKind: VariableDeclarationKind.Const,
      declarations: [{ name, type: `readonly ${type}[]`, initializer: printLiteral(value) }],
    })
  declare('tools', 'CodeTool', tools)
  declare('resources', 'ResourcePart', definition.resources.map(toResourcePart))
  declare('prompts', 'PromptPart', definition.prompts.map(toPromptPart))
  file.addVariableStatement({
    leadingTrivia: '\n',
    docs: ['Hosts that the server may reach.'],
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    declarations: [{ name: 'hosts', type: 'readonly string[]', initializer: printLiteral(reachedHosts(definition)) }],
  })
  file.formatText(formatSettings)
  return file.getFullText()
}

/** Connected servers too: a taken-away project calls them itself. */
function reachedHosts(definition: ServerDefinition): readonly string[] {
  const used = new Set(definition.tools.map(({ handler }) => (handler.kind === 'external' ? handler.connection : '')))
  const connected = definition.connections.filter(({ name }) => used.has(name)).map(({ url }) => new URL(url).host)
  return [...new Set([...hostsOf(definition), ...connected])].toSorted()
}

function toResourcePart({ content, ...resource }: ResourceDefinition): ResourcePart {
  if (content.kind === 'code') return { ...resource, content: 'code' }
  return { ...resource, content: content.kind === 'text' ? { text: content.text } : { base64: content.base64 } }
}

function toPromptPart({ messages, ...prompt }: PromptDefinition): PromptPart {
  return { ...prompt, messages: 'kind' in messages ? 'code' : messages }
}
