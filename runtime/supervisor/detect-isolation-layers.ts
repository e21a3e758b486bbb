import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPassingFolder } from './passing-folder.ts'
import { composeCommand, NO_LAYERS, type IsolationLayers } from './isolation-layers.ts'

const PROBE_MS = 5_000

/** The layers, and a line about each for /health and the doctor. */
export interface IsolationReport {
  readonly layers: IsolationLayers
  readonly lines: readonly string[]
}

/** Says over IPC whether the file beside it that it must not read was read. */
const PROBE_PROGRAM = `
import { readFileSync } from 'node:fs'
let canRead = true
try { readFileSync('/etc/passwd') } catch { canRead = false }
process.send({ canRead })
process.disconnect()
`

/**
 * Tries every layer once with a real process. Takes about 100 ms; nothing is assumed from versions or names.
 * @param scratch  where the probe's folder is made
 */
export async function detectIsolationLayers(scratch: string = tmpdir()): Promise<IsolationReport> {
  await using folder = await openPassingFolder(scratch, 'mcpwright-probe')
  const directory = await realpath(folder.path)
  await writeFile(join(directory, 'probe.mjs'), PROBE_PROGRAM)
  const works = (layers: Partial<IsolationLayers>): Promise<boolean> => probe(directory, layers)
  const [bubblewrap, prlimit, setpriv] = ['bwrap', 'prlimit', 'setpriv'].map(findTool)
  const [hasPermission, hasBubblewrap, hasPrlimit, hasSetpriv] = await Promise.all([
    works({ permission: true }),
    bubblewrap !== undefined && works({ permission: true, bubblewrap }),
    prlimit !== undefined && works({ permission: true, prlimit }),
    setpriv !== undefined && works({ permission: true, setpriv }),
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

async function probe(directory: string, tried: Partial<IsolationLayers>): Promise<boolean> {
  const { command, args } = composeCommand({
    layers: { ...NO_LAYERS, ...tried },
    node: process.execPath,
    readablePaths: [directory],
    memoryMiB: 256,
    nodeArguments: [join(directory, 'probe.mjs')],
  })
  const child = spawn(command, args, { cwd: directory, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
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
