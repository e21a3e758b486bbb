import path from 'node:path'

/** Where npm may be. */
export interface NpmPlaces {
  /** PATH. */
  readonly searchPath: string
  /** What npm told of itself when it started mcpwright: `npm_execpath`, `npm_node_execpath`. */
  readonly npmProgram?: string | undefined
  readonly npmNode?: string | undefined
}

export interface FoundNpm {
  /** A program and its first words; npm's own follow. */
  readonly command: readonly [program: string, ...words: string[]]
}

export interface NoNpm {
  /** Every file that would have been npm, in the order of looking. */
  readonly lookedFor: readonly string[]
}

interface ThisNode {
  readonly platform: NodeJS.Platform
  readonly execPath: string
}

/**
 * npm, with the Node that it came with: another one's may lack its packages (Debian's npm takes them from where only
 * Debian's Node looks) and has other settings of the machine (`etc/npmrc` below the Node's own place).
 *
 * First beside the Node that runs, then the npm that started mcpwright, then by PATH. Windows' `npm.cmd` can't be
 * started without a shell, so there its `npm-cli.js` is, as `npm.cmd` itself would: by the `node.exe` beside it if there
 * is one. Elsewhere `npm` on PATH is started as it is; it may also be the shim of a version manager.
 */
export function findNpm(places: NpmPlaces, node: ThisNode, exists: (file: string) => boolean): FoundNpm | NoNpm {
  const candidates = node.platform === 'win32' ? onWindows(places, node, exists) : elsewhere(places, node)
  const found = candidates.find(({ file }) => exists(file))
  return found ?? { lookedFor: candidates.map(({ file }) => file) }
}

interface Candidate extends FoundNpm {
  /** Is there when this npm is. */
  readonly file: string
}

function onWindows(
  { searchPath, ...starter }: NpmPlaces,
  { execPath }: ThisNode,
  exists: (file: string) => boolean,
): Candidate[] {
  const { delimiter, dirname, isAbsolute, join } = path.win32
  const inFolder = (folder: string): Candidate => {
    const own = join(folder, 'node.exe')
    return script(join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'), exists(own) ? own : execPath)
  }
  const folders = searchPath.split(delimiter).map((folder) => folder.replace(/^"(.*)"$/, '$1'))
  return [inFolder(dirname(execPath)), ...startedBy(starter), ...folders.filter(isAbsolute).map(inFolder)]
}

function elsewhere({ searchPath, ...starter }: NpmPlaces, { execPath }: ThisNode): Candidate[] {
  const { delimiter, dirname, isAbsolute, join } = path.posix
  const beside = join(dirname(execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')
  const onPath = searchPath.split(delimiter).filter(isAbsolute)
  return [
    script(beside, execPath),
    ...startedBy(starter),
    ...onPath.map((folder) => ({ file: join(folder, 'npm'), command: [join(folder, 'npm')] as const })),
  ]
}

/** Other package managers call themselves `npm_execpath` too. */
function startedBy({ npmProgram, npmNode }: Omit<NpmPlaces, 'searchPath'>): Candidate[] {
  if (npmNode === undefined || npmProgram === undefined) return []
  return /[\\/]npm-cli\.js$/.test(npmProgram) ? [script(npmProgram, npmNode)] : []
}

function script(file: string, node: string): Candidate {
  return { file, command: [node, file] }
}
