/** Where the text of a file has its effect. */
export type OverlayPlace =
  /** In the sandbox, beside hand-written tools; and in a project that was taken away. */
  | 'sandbox'
  /** Only in a project that was taken away: here the server's process runs what is generated. */
  | 'taken-away'

/**
 * Why a file of a project may not be changed by hand; undefined when it may.
 * @param path  relative to the project, with `/` between its names
 */
export function refusalOf(path: string): string | undefined {
  // Some file systems take a name in any case.
  const names = path.split('/').map((name) => name.toLowerCase())
  if (path.length > LONGEST || names.some((name) => !/^[\w@.+-]+$/.test(name) || /^\.+$/.test(name)))
    return 'it is not a relative path of plain names (letters, digits, - _ . + @) with "/" between them'
  const whole = names.join('/')
  const file = names.at(-1) ?? ''
  if (NOT_OURS.includes(names[0] ?? '')) return `${names[0]} is made by tools, and no part of the project`
  if (file === '.env' || (file.startsWith('.env.') && file !== '.env.example'))
    return 'it would hold secrets: enter them with request_secrets'
  if (whole === 'src/operations.json' || whole === 'src/operations.d.json.ts')
    return 'it is what the registry says of the operations: change them with import_openapi or add_tool'
  if (DECIDE.includes(file) || names[0] === '.github' || whole === 'build.mjs')
    return 'it decides what is installed or run outside of a sandbox'
  if (/\.[cm][jt]s$|\.jsx?$|\.tsx$/.test(file)) return 'code of the project is TypeScript, in files that end in .ts'
  if (!TEXTS.test(file) && !PLAIN.test(path.slice(path.lastIndexOf('/') + 1)))
    return 'it is no text that a project has: .ts, .json, .md, .txt, .yaml …'
  return undefined
}

/** The bundle of code that runs in the sandbox begins at `src/code.ts`; the child's is never made with changes. */
export function placeOf(path: string): OverlayPlace {
  const isOfChild = /^src\/(entries\/|(server|parts|external|protocols)\.ts$)/.test(path)
  return path.startsWith('src/') && !isOfChild ? 'sandbox' : 'taken-away'
}

const LONGEST = 200
const NOT_OURS = ['node_modules', 'dist', '.git', '.data']
/** What npm, the compiler, bundlers and publishers read by themselves, wherever it lies. */
const DECIDE = [
  'package.json',
  'package-lock.json',
  'npm-shrinkwrap.json',
  '.npmrc',
  'tsconfig.json',
  'jsconfig.json',
  'wrangler.jsonc',
  'wrangler.toml',
  'wrangler.json',
  'dockerfile',
]
const TEXTS = /\.(ts|json|jsonc|md|txt|yaml|yml|csv|graphql|sql|html|svg|xml|example)$/

/** `.gitignore`, `LICENSE`. */
const PLAIN = /^(\.[a-z.]+|[A-Z]+)$/
