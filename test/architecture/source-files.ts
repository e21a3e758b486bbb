import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')

/** The `.ts` files of the product, from the root of the checkout. */
export function sourceFiles(folders: readonly string[] = ['src', 'generators', 'runtime', 'bridge']): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.c?ts$|\.cjs$/.test(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')),
  )
}

export function readSource(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}

/** One import or re-export of a file; `import('…')` and `require('…')` take the whole module. */
export interface SourceImport {
  readonly specifier: string
  readonly typeOnly: boolean
  /** Names of values that are taken; `*` for the whole module. */
  readonly names: readonly string[]
}

export function readImports(text: string): SourceImport[] {
  const declared = text.matchAll(/^(?:import|export)\s+(type\s)?(?:([^'"]*?)\sfrom\s+)?['"]([^'"]+)['"]/gm)
  const taken = text.matchAll(/\b(?:import|require|getBuiltinModule)\(\s*['"]([^'"]+)['"]/g)
  return [
    ...Array.from(declared, ([, type, clause = '', specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined,
      names: type === undefined ? valueNames(clause) : [],
    })),
    ...Array.from(taken, ([, specifier = '']) => ({ specifier, typeOnly: false, names: ['*'] })),
  ]
}

/** `{ a, type B, c as d }` takes a and c; anything else than braces takes the whole module. */
function valueNames(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause)
  const listed = (braces?.[1] ?? '').split(',').map((name) => name.trim())
  const names = listed
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.split(/\s+as\s+/)[0] ?? '')
  const outside = clause.replace(/\{[^}]*\}/, '').replaceAll(/[\s,]/g, '')
  return outside === '' ? names : ['*', ...names]
}

/** The texts of the calls of a function, from its name to the closing parenthesis. */
export function callsOf(text: string, name: string): string[] {
  return Array.from(text.matchAll(new RegExp(`(?<![\\w$])${name}\\)?\\(`, 'g')), ({ index, 0: { length } }) => {
    let depth = 1
    let end = index + length
    for (; depth > 0 && end < text.length; end++) depth += { '(': 1, ')': -1 }[text[end] ?? ''] ?? 0
    return text.slice(index, end)
  })
}
