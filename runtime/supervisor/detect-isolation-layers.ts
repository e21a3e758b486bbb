import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { composeCommand, NO_LAYERS, type IsolationLayers } from './isolation-layers.ts'

/** A layer that is not there fails at once; on a busy machine one that works takes seconds, and is not to be given up. */
const PROBE_MS = 20_000

/** The layers, and a line about each for /health and the doctor. */
export interface IsolationReport {
  readonly layers: IsolationLayers
  readonly lines: readonly string[]
}

/** The program beside this file: it writes nothing, so a daemon that is killed meanwhile leaves nothing behind. */
const HERE = realpathSync(fileURLToPath(import.meta.url))
const PROBE = join(dirname(HERE), `probe-main${extname(HERE)}`)

/** Tries every layer once with a real process. Takes about 100 ms; nothing is assumed from versions or names. */
export async function detectIsolationLayers(): Promise<IsolationReport> {
  const [bubblewrap, prlimit, setpriv] = ['bwrap', 'prlimit', 'setpriv'].map(findTool)
  const [hasPermission, hasBubblewrap, hasPrlimit, hasSetpriv] = await Promise.all([
    probe({ permission: true }),
    bubblewrap !== undefined && probe({ permission: true, bubblewrap }),
    prlimit !== undefined && probe({ permission: true, prlimit }),
    setpriv !== undefined && probe({ permission: true, setpriv }),
  ])
  const layers: IsolationLayers = {
    permission: hasPermission,
    bubblewrap: hasBubblewrap ? bubblewrap : undefined,
    prlimit: hasPrlimit ? prlimit : undefined,
    setpriv: hasSetpriv ? setpriv : undefined,
  }
  return { layers, lines: describe(layers) }
}

function describe(layers: IsolationLayers): string[] {
  return [
    say(layers.permission, 'Files: only the bundle is readable.', 'Files: NOT limited; this Node has no --permission.'),
    say(layers.bubblewrap, 'Network: cut by bubblewrap.', 'Network: not cut (bubblewrap is missing or may not run).'),
    say(layers.prlimit, 'Memory: limited by the kernel.', 'Memory: watched once a second.'),
    say(
      layers.bubblewrap ?? layers.setpriv,
      'Orphans: the kernel ends servers when the daemon dies.',
      'Orphans: servers end themselves when the daemon dies, unless they loop.',
    ),
  ]
}

function say(isThere: unknown, yes: string, no: string): string {
  return isThere ? yes : no
}

/** Fixed places: PATH belongs to whoever started us. */
function findTool(name: string): string | undefined {
  return ['/usr/bin', '/bin', '/usr/local/bin']
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path))
}

/** Whether a process that has these layers starts, and reads nothing that it must not. */
async function probe(tried: Partial<IsolationLayers>): Promise<boolean> {
  const { command, args } = composeCommand({
    layers: { ...NO_LAYERS, ...tried },
    node: process.execPath,
    readablePaths: [PROBE],
    memoryMiB: 256,
    nodeArguments: [PROBE],
  })
  const child = spawn(command, args, { cwd: dirname(PROBE), env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), PROBE_MS)
  child.once('error', () => resolve(false))
  child.once('exit', () => resolve(false))
  // The probe's own message has this form.
  child.once('message', (message) => resolve(!(message as { canRead: boolean }).canRead))
  const works = await promise
  clearTimeout(timer)
  child.kill('SIGKILL')
  return works
}
