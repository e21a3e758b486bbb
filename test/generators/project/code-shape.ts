import { type Node, Project, SyntaxKind } from 'ts-morph'

/** The kinds of all nodes, in order: literals and comments do not count, so the same code gives the same shape. */
export function shapeOf(text: string): string[] {
  const file = new Project({ useInMemoryFileSystem: true }).createSourceFile('file.ts', text)
  // A key is bare or quoted, a list is on one line or on several with a comma at its end: it is the same code.
  return file
    .getDescendants()
    .filter((node) => node.getKind() !== SyntaxKind.CommaToken && !isInListOfTexts(node))
    .map((node) => (node.getKind() === SyntaxKind.StringLiteral ? 'Identifier' : node.getKindName()))
}

/** A list of nothing but texts is one literal, however many they are: hosts, for one. */
function isInListOfTexts(node: Node): boolean {
  const list = node.getParentIfKind(SyntaxKind.ArrayLiteralExpression)
  return list !== undefined && list.getElements().every((element) => element.getKind() === SyntaxKind.StringLiteral)
}
