import {
  type FunctionDeclaration,
  type ImportDeclaration,
  Node,
  type Project,
  type SourceFile,
  SyntaxKind,
} from 'ts-morph'
import { MetaError } from '../../src/errors/meta-error.ts'
import { alternativeTo, importedPackage, isSharedFile, type ImportablePackage } from './importable.ts'

/** How a person or model wrote a piece of code, and what it imports. */
export type CodeForm = WrittenForm & {
  /** The import declarations, for the head of its file; of a module they are in its text. */
  readonly imports: readonly string[]
}

type WrittenForm =
  /** A module with a default export. */
  | { readonly kind: 'module'; readonly text: string }
  /** A function expression on its own: `async (input, context) => …`. */
  | { readonly kind: 'expression'; readonly text: string }
  /** Statements that use `input` (or `parameters`), `env`, `fetch` … and return. */
  | {
      readonly kind: 'body'
      readonly text: string
      readonly names: ReadonlySet<string>
      readonly returnsValue: boolean
    }

/**
 * Finds out which form a source has, and refuses what can't run in the sandbox.
 * @throws MetaError CODE_INVALID with line, column and the lines around
 */
export function readCodeSource(project: Project, label: string, source: string): CodeForm {
  const module = project.createSourceFile('__source.ts', source, { overwrite: true })
  refuseImports(module, label, source)
  if (module.getDefaultExportSymbol()) {
    refuseSyntaxErrors(project, module, label, source, 0)
    return { kind: 'module', text: source, imports: [] }
  }
  const declarations = module.getImportDeclarations()
  const imports = declarations.map((declaration) => declaration.getText())
  const rest = withoutImports(source, declarations)
  const [first, ...others] = module.getStatements().filter((statement) => !Node.isImportDeclaration(statement))
  if (
    first &&
    others.length === 0 &&
    Node.isExpressionStatement(first) &&
    isFunctionExpression(first.getExpression())
  ) {
    refuseSyntaxErrors(project, module, label, source, 0)
    return { kind: 'expression', text: first.getExpression().getText(), imports }
  }
  const wrapped = project.createSourceFile('__source.ts', `async function body() {\n${rest}\n}`, { overwrite: true })
  refuseSyntaxErrors(project, wrapped, label, source, 1)
  const names = new Set(wrapped.getDescendantsOfKind(SyntaxKind.Identifier).map((identifier) => identifier.getText()))
  // What it declares itself is its own: `const client = …` must not meet the context's.
  for (const name of [...declaredNames(wrapped), ...importedNames(imports, project)]) names.delete(name)
  const body = wrapped.getFunctionOrThrow('body')
  return { kind: 'body', text: rest.trimStart(), names, returnsValue: returnsValue(body), imports }
}

/** @throws MetaError CODE_INVALID when a shared file does not parse; IMPORT_NOT_ALLOWED */
export function checkSharedSource(project: Project, label: string, source: string): void {
  const file = project.createSourceFile('__source.ts', source, { overwrite: true })
  refuseSyntaxErrors(project, file, label, source, 0)
  refuseImports(file, label, source)
}

/** The lines stay where they were, for the places of errors. */
function withoutImports(source: string, declarations: readonly ImportDeclaration[]): string {
  return declarations.reduce((text, declaration) => {
    const [from, to] = [declaration.getStart(), declaration.getEnd()]
    return text.slice(0, from) + text.slice(from, to).replaceAll(/[^\n]/g, ' ') + text.slice(to)
  }, source)
}

function importedNames(imports: readonly string[], project: Project): readonly string[] {
  const file = project.createSourceFile('__imports.ts', imports.join('\n'), { overwrite: true })
  return file
    .getImportDeclarations()
    .flatMap((declaration) => [
      ...declaration.getNamedImports().map((named) => named.getAliasNode()?.getText() ?? named.getName()),
      ...[declaration.getDefaultImport()?.getText(), declaration.getNamespaceImport()?.getText()].filter(
        (name) => name !== undefined,
      ),
    ])
}

/** Whether it, and not only a function inside of it, has a `return` with a value. */
function returnsValue(body: FunctionDeclaration): boolean {
  return body
    .getDescendantsOfKind(SyntaxKind.ReturnStatement)
    .some((each) => each.getExpression() && each.getFirstAncestor(isFunction) === body)
}

/** Names that stand for something of the body's own, from its first line to its last. */
function declaredNames(wrapped: SourceFile): readonly string[] {
  const body = wrapped.getFunctionOrThrow('body')
  const variables = body.getVariableDeclarations().flatMap((declaration) =>
    Node.isIdentifier(declaration.getNameNode())
      ? [declaration.getName()]
      : declaration
          .getNameNode()
          .getDescendantsOfKind(SyntaxKind.BindingElement)
          .map((element) => element.getName()),
  )
  const others = [...body.getFunctions(), ...body.getClasses()].map((declared) => declared.getName() ?? '')
  return [...variables, ...others]
}

/** The lines around a place, as compilers show them. Line and column count from 1. */
export function codeFrame(source: string, line: number, column: number): string {
  const lines = source.split('\n')
  const from = Math.max(1, line - 2)
  const shown = lines.slice(from - 1, line + 1).map((text, index) => {
    const number = from + index
    const marked = `${number === line ? '>' : ' '} ${String(number).padStart(4)} | ${text}`
    return number === line ? `${marked}\n${' '.repeat(7)}| ${' '.repeat(Math.max(0, column - 1))}^` : marked
  })
  return shown.join('\n')
}

function isFunction(node: Node): boolean {
  return Node.isFunctionLikeDeclaration(node) || Node.isFunctionExpression(node)
}

function isFunctionExpression(node: Node): boolean {
  if (Node.isParenthesizedExpression(node)) return isFunctionExpression(node.getExpression())
  return Node.isArrowFunction(node) || Node.isFunctionExpression(node)
}

function refuseSyntaxErrors(
  project: Project,
  file: SourceFile,
  label: string,
  source: string,
  linesBefore: number,
): void {
  const problems = project.getProgram().getSyntacticDiagnostics(file)
  if (problems.length === 0) return
  const shown = problems.slice(0, 5).map((problem) => {
    const { line, column } = file.getLineAndColumnAtPos(problem.getStart())
    const message = problem.getMessageText()
    const text = typeof message === 'string' ? message : message.getMessageText()
    const at = Math.min(Math.max(1, line - linesBefore), source.split('\n').length)
    return `line ${at}, column ${column}: ${text}\n${codeFrame(source, at, column)}`
  })
  throw new MetaError(
    'CODE_INVALID',
    `The code of "${label}" does not parse:\n${shown.join('\n')}`,
    'Correct it and send it again. Give a module with a default export, or the body of an async function.',
  )
}

/** Code that imports runs only with what can be bundled for every host. */
function refuseImports(file: SourceFile, label: string, source: string): void {
  const wrong = file
    .getImportDeclarations()
    .find((declaration) => !declaration.isTypeOnly() && !isImportable(declaration.getModuleSpecifierValue()))
  if (!wrong) return
  const specifier = wrong.getModuleSpecifierValue()
  const { line, column } = file.getLineAndColumnAtPos(wrong.getStart())
  throw new MetaError(
    'IMPORT_NOT_ALLOWED',
    `The code of "${label}" imports "${specifier}" (line ${line}):\n${codeFrame(source, line, column)}`,
    alternativeTo(specifier),
  )
}

function isImportable(specifier: string): boolean {
  return importedPackage(specifier) !== undefined || isSharedFile(specifier)
}

/** The packages that a piece of code imports. */
export function packagesOf(source: string): readonly ImportablePackage[] {
  const specifiers = Array.from(source.matchAll(/\bfrom\s+['"]([^'"\n]+)['"]/g), ([, specifier = '']) => specifier)
  return specifiers.map(importedPackage).filter((name) => name !== undefined)
}
