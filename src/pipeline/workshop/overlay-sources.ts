import path from 'node:path'
import { ts } from 'ts-morph'
import { codeFrame } from '../../../generators/project/code-source.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { FileOverlay } from '../../model/file-overlay.ts'
import { refusalOf } from '../../model/overlay-path.ts'
import { PROJECT_PACKAGES } from './project-folder.ts'

/**
 * Refuses paths that are not changed by hand, and TypeScript that would take something from outside of the project into it. Compiler and bundler read whatever
 * an import leads to, with the rights of this process: `import key from '/home/…/key.json'` would put it into the bundle.
 * @throws MetaError IMPORT_NOT_ALLOWED with the place; FILE_NOT_ALLOWED
 */
export function refuseForeignSources(overlays: readonly FileOverlay[] = []): void {
  for (const { path: file, text } of overlays) {
    // Whoever stored it has looked; what the compiler reads by itself must not come in by another door.
    const refusal = refusalOf(file)
    if (refusal) throw new MetaError('FILE_NOT_ALLOWED', `"${file}" is not changed: ${refusal}.`, 'Leave it as it is.')
    if (text === null || !file.endsWith('.ts')) continue
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2024, false)
    const [reference] = [...source.referencedFiles, ...source.typeReferenceDirectives, ...source.libReferenceDirectives]
    if (reference) throw notAllowed(source, reference.pos, `refers to "${reference.fileName}"`)
    visit(source, (node) => {
      const named = sourceNamedBy(node)
      if (!named) return
      if (!ts.isStringLiteralLike(named)) throw notAllowed(source, named.pos, 'imports what is known only when it runs')
      if (!isWithin(file, named.text)) throw notAllowed(source, named.getStart(source), `imports "${named.text}"`)
    })
  }
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  node.forEachChild((child) => visit(child, see))
}

/** What a node takes from another file: of every form that the compiler or the bundler follows. */
function sourceNamedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument
  // `declare module '…'` brings nothing in, but may say what another file is.
  if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) return node.name
  if (!ts.isCallExpression(node)) return undefined
  return isImporting(withoutWrapping(node.expression)) ? (node.arguments[0] ?? node.expression) : undefined
}

function isImporting(called: ts.Expression): boolean {
  if (called.kind === ts.SyntaxKind.ImportKeyword) return true
  // `import.meta.resolve`, `import.defer`, `require.resolve` lead to files too.
  if (ts.isMetaProperty(called)) return called.keywordToken === ts.SyntaxKind.ImportKeyword
  if (ts.isPropertyAccessExpression(called)) return isImporting(withoutWrapping(called.expression))
  // Its text is what it says, also where letters of it are written as escapes.
  return ts.isIdentifier(called) && called.text === 'require'
}

/** `(require as unknown)!` is `require` to the bundler. */
function withoutWrapping(expression: ts.Expression): ts.Expression {
  const isWrapping =
    ts.isParenthesizedExpression(expression) ||
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isNonNullExpression(expression) ||
    ts.isTypeAssertionExpression(expression)
  return isWrapping ? withoutWrapping(expression.expression) : expression
}

function isWithin(file: string, specifier: string): boolean {
  if (/^\.{1,2}\//.test(specifier)) {
    const target = path.posix.join(path.posix.dirname(file), specifier)
    return !target.startsWith('..') && !target.includes('\\') && !target.split('/').includes('node_modules')
  }
  return (
    /^node:[a-z/_]+$/.test(specifier) ||
    (!/[\\:]|\.\./.test(specifier) &&
      PROJECT_PACKAGES.some((name) => specifier === name || specifier.startsWith(`${name}/`)))
  )
}

function notAllowed(source: ts.SourceFile, position: number, problem: string): MetaError {
  const { line, character } = source.getLineAndCharacterOfPosition(position)
  return new MetaError(
    'IMPORT_NOT_ALLOWED',
    `"${source.fileName}" ${problem} (line ${line + 1}):\n${codeFrame(source.text, line + 1, character + 1)}`,
    `Import files of the project by their relative paths, or one of its packages: ${PROJECT_PACKAGES.join(', ')}.`,
  )
}
