import type { Project } from 'ts-morph'
import type { JsonSchema } from '../../src/model/tool-definition.ts'
import { readCodeSource } from './code-source.ts'
import { commentLines, membersOfSchema } from './schema-type.ts'
import { formatted } from './source-text.ts'

/** A piece of hand-written code with what its file needs to say. */
export interface CodePart {
  readonly kind: 'tool' | 'resource' | 'prompt'
  readonly name: string
  readonly description: string
  /** Of a tool or prompt; resources get their URI and its variables. */
  readonly inputSchema?: JsonSchema
  readonly source: string
}

/** What a function body may use without naming the context. */
const CONTEXT_NAMES = [
  'background',
  'client',
  'env',
  'fetch',
  'log',
  'notify',
  'progress',
  'requestInput',
  'requestInputs',
  'schedule',
  'sign',
  'signal',
  'store',
]

/** Where the file of a piece of code stands in the project. */
export function codePath({ kind, name }: Pick<CodePart, 'kind' | 'name'>): string {
  return `src/${kind}s/${name}.ts`
}

/**
 * Writes the file of a hand-written tool, resource or prompt: what a colleague would write around the given code.
 * @throws MetaError CODE_INVALID when the code does not parse; IMPORT_NOT_ALLOWED
 */
export function emitCode(project: Project, part: CodePart): string {
  const form = readCodeSource(project, part.name, part.source)
  if (form.kind === 'module') return formatted(project, form.text)
  const inputType = `${pascalCase(part.name)}Input`
  const members = part.inputSchema
    ? membersOfSchema(part.inputSchema)
    : ['readonly uri: string', 'readonly [variable: string]: string']
  const head = [
    ...form.imports,
    `import type { ToolContext } from '../lib/tool-context.ts'`,
    '',
    `export interface ${inputType} {`,
    ...members,
    '}',
    '',
    ...docLines(part.description),
  ]
  if (form.kind === 'expression') {
    const run = `const run: (input: ${inputType}, context: ToolContext) => unknown = ${form.text}`
    return formatted(project, [...head, run, '', 'export default run', ''].join('\n'))
  }
  const used = CONTEXT_NAMES.filter((name) => form.names.has(name))
  const takesContext = used.length > 0 || form.names.has('context')
  const parameters = `input: ${inputType}${takesContext ? ', context: ToolContext' : ''}`
  const lines = [
    ...head,
    `export default async function ${camelCase(part.name)}(${parameters}): Promise<${form.returnsValue ? 'unknown' : 'void'}> {`,
    ...(used.length > 0 ? [`const { ${used.join(', ')} } = context`] : []),
    ...(form.names.has('parameters') ? ['const parameters = input'] : []),
    form.text,
    // A body whose every path returns makes this unreachable, one that falls through needs nothing: see tsconfig.
    '}',
    '',
  ]
  return formatted(project, lines.join('\n'))
}

/** Writes `src/code.ts`: all code of the server by kind and name. */
export function emitCodeRegistry(project: Project, parts: readonly CodePart[]): string {
  const imports = parts.map((part) => `import ${importName(part)} from './${codePath(part).slice('src/'.length)}'`)
  const record = (kind: CodePart['kind']) =>
    `{ ${parts
      .filter((part) => part.kind === kind)
      .map((part) => `${part.name}: ${importName(part)}`)
      .join(', ')} }`
  return formatted(
    project,
    [
      `import type { CodeRegistry } from './lib/code.ts'`,
      ...imports,
      '',
      '/** All hand-written code of this server. */',
      `export const code: CodeRegistry = {`,
      `tools: ${record('tool')},`,
      `resources: ${record('resource')},`,
      `prompts: ${record('prompt')},`,
      '}',
      '',
    ].join('\n'),
  )
}

function importName({ kind, name }: CodePart): string {
  return kind === 'tool' ? camelCase(name) : `${camelCase(name)}${pascalCase(kind)}`
}

function docLines(description: string): string[] {
  const lines = commentLines(description)
  return lines.length === 0 ? [] : ['/**', ...lines.map((line) => ` * ${line}`), ' */']
}

/** Names are `^[a-z][a-z0-9_]*$`; a trailing `_` keeps clear of the language's own words. */
function camelCase(name: string): string {
  const camel = name.replaceAll(/_+([a-z0-9])?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '')
  return RESERVED.has(camel) ? `${camel}_` : camel
}

function pascalCase(name: string): string {
  const camel = camelCase(name)
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}`
}

const RESERVED = new Set(
  (
    'arguments await break case catch class code const continue debugger default delete do else enum eval export extends false ' +
    'finally for function if implements import in instanceof interface let new null package private protected public ' +
    'return static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
)
