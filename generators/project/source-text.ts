import { type FormatCodeSettings, IndentationText, NewLineKind, Project, QuoteKind, ts } from 'ts-morph'

/** A ts-morph project that lives in memory, for parsing and formatting. */
export function createSourceProject(): Project {
  return new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: {
      indentationText: IndentationText.TwoSpaces,
      newLineKind: NewLineKind.LineFeed,
      quoteKind: QuoteKind.Single,
    },
  })
}

export const formatSettings: FormatCodeSettings = {
  indentSize: 2,
  ensureNewLineAtEndOfFile: true,
  convertTabsToSpaces: true,
  semicolons: ts.SemicolonPreference.Remove,
}

/** The text, indented and spaced the way TypeScript's own formatter does it. */
export function formatted(project: Project, text: string): string {
  const file = project.createSourceFile('__formatted.ts', text, { overwrite: true })
  file.formatText(formatSettings)
  return file.getFullText()
}

/** A JSON file's text. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
