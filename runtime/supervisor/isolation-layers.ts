/** What keeps a server's process in, found by trying on this machine. A path is undefined where the layer does not work. */
export interface IsolationLayers {
  /** Node's permission model: no files but those allowed, no processes, no addons. It does not cut the network. */
  readonly permission: boolean
  /** bubblewrap: no network, its own view of the file system, and it dies with the daemon. */
  readonly bubblewrap: string | undefined
  /** Limits the data segment, which `--max-old-space-size` does not do for Buffers. */
  readonly prlimit: string | undefined
  /** Lets the kernel end the process when the daemon is killed, even in a loop that never yields. */
  readonly setpriv: string | undefined
}

export const NO_LAYERS: IsolationLayers = {
  permission: false,
  bubblewrap: undefined,
  prlimit: undefined,
  setpriv: undefined,
}

export interface IsolatedCommand {
  readonly layers: IsolationLayers
  /** Absolute path of Node. */
  readonly node: string
  /** Absolute and real: the permission model compares real paths. */
  readonly readablePaths: readonly string[]
  readonly memoryMiB: number
  /** What Node is to run. */
  readonly nodeArguments: readonly string[]
}

export interface CommandLine {
  readonly command: string
  readonly args: readonly string[]
}

/** Of what Node itself maps for writing before a program runs. */
const NODE_DATA_MIB = 768

/**
 * Puts the layers around Node: each starts the next one in its own place, so the process keeps its id and its pipes, and
 * hands on the environment it was started with. That is all of the child's, and no part of the command: who else is on
 * this machine can read the words of every process.
 */
export function composeCommand(asked: IsolatedCommand): CommandLine {
  const { layers, memoryMiB } = asked
  const words = [
    ...(layers.setpriv && !layers.bubblewrap ? [layers.setpriv, '--pdeathsig', 'KILL', '--'] : []),
    ...(layers.prlimit ? [layers.prlimit, `--data=${(memoryMiB + NODE_DATA_MIB) * 1024 * 1024}`, '--core=0'] : []),
    ...(layers.bubblewrap ? [layers.bubblewrap, ...bubblewrapArguments(asked)] : []),
    asked.node,
    ...(layers.permission ? ['--permission', ...asked.readablePaths.map((path) => `--allow-fs-read=${path}`)] : []),
    `--max-old-space-size=${Math.round(memoryMiB * 0.75)}`,
    ...asked.nodeArguments,
  ]
  const [command = asked.node, ...args] = words
  return { command, args }
}

/** Node's IPC channel is a file descriptor whose number stands in the environment; bubblewrap hands both through. */
function bubblewrapArguments({ node, readablePaths }: IsolatedCommand): string[] {
  const systemPaths = ['/usr', '/lib', '/lib64', '/bin', '/etc/ssl']
  return [
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    ...systemPaths.flatMap((path) => ['--ro-bind-try', path, path]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    ...[node, ...readablePaths].flatMap((path) => ['--ro-bind', path, path]),
    '--',
  ]
}
