import { type FunctionDeclaration, Node, type Project, type SourceFile, SyntaxKind } from 'ts-morph'
import { MetaError } from '../../src/errors/meta-error.ts'

/** How a person or model wrote a piece of code. */
export type CodeForm =
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
  if (module.getDefaultExportSymbol()) {
    refuseSyntaxErrors(project, module, label, source, 0)
    refuseImports(module, label, source)
    return { kind: 'module', text: source }
  }
  const [first, ...others] = module.getStatements()
  if (
    first &&
    others.length === 0 &&
    Node.isExpressionStatement(first) &&
    isFunctionExpression(first.getExpression())
  ) {
    refuseSyntaxErrors(project, module, label, source, 0)
    return { kind: 'expression', text: first.getExpression().getText() }
  }
  const wrapped = project.createSourceFile('__source.ts', `async function body() {\n${source}\n}`, { overwrite: true })
  refuseSyntaxErrors(project, wrapped, label, source, 1)
  const names = new Set(wrapped.getDescendantsOfKind(SyntaxKind.Identifier).map((identifier) => identifier.getText()))
  // What it declares itself is its own: `const client = …` must not meet the context's.
  for (const name of declaredNames(wrapped)) names.delete(name)
  return { kind: 'body', text: source, names, returnsValue: returnsValue(wrapped.getFunctionOrThrow('body')) }
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

function refuseImports(file: SourceFile, label: string, source: string): void {
  const imported = file.getImportDeclarations().find((declaration) => !declaration.isTypeOnly())
  if (!imported) return
  const { line, column } = file.getLineAndColumnAtPos(imported.getStart())
  throw new MetaError(
    'CODE_INVALID',
    `The code of "${label}" imports "${imported.getModuleSpecifierValue()}" (line ${line}):\n${codeFrame(source, line, column)}`,
    'Tools run on web APIs alone: use fetch, URL, crypto and the context instead of packages.',
  )
}
