import { spawn } from 'node:child_process'
import { toChild, whenSpawned } from './process-child.ts'

export interface IsolatedRun {
  /** Absolute paths of the programs that close it in. */
  readonly bubblewrap: string
  readonly prlimit: string | undefined
  /** Absolute and real; it can be read, and nothing of it changes. */
  readonly folder: string
  /** Folders below it that can be written to, in memory; what they hold is gone with the run. */
  readonly writable: readonly string[]
  readonly readablePaths: readonly string[]
  /** Absolute path of Node. */
  readonly node: string
  /** Programs with their words, one after the other until one fails. */
  readonly commands: readonly (readonly string[])[]
  /** Of resident memory, of all processes together. */
  readonly memoryMiB: number
  readonly wallMs: number
  /** Of what it says; past it the rest is dropped. */
  readonly outputBytes: number
  /** Of all that it writes, in memory. */
  readonly writtenMiB: number
}

export interface IsolatedOutcome {
  /** null when it was killed. */
  readonly exitCode: number | null
  /** Of both streams, as it came. */
  readonly output: string
  readonly isCut: boolean
  readonly ms: number
  readonly ended: 'exit' | 'time' | 'memory' | 'signal'
}

/** Runs the commands; there is no shell in it that would read their words. */
const PROGRAM = `
import { spawnSync } from 'node:child_process'
const { argv, env } = process
for (const [command, ...args] of JSON.parse(argv[1])) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env })
  if (status !== 0) process.exit(status ?? 1)
}`

/**
 * Runs programs with no network, no environment but a path and a home, and no files but a project's and its packages'.
 * It ends with all that it has started.
 * @throws the system's error when it cannot be started; the reason of `signal`
 */
export async function runIsolated(run: IsolatedRun, signal: AbortSignal): Promise<IsolatedOutcome> {
  signal.throwIfAborted()
  const started = performance.now()
  const [command = '', ...args] = wordsOf(run)
  const spawned = spawn(command, args, { env: {}, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  await whenSpawned(spawned)
  const child = toChild(spawned, run.memoryMiB)
  let isLate = false
  let output = ''
  let bytes = 0
  const hear = (chunk: Buffer | string): void => {
    bytes += chunk.length
    if (output.length < run.outputBytes) output += chunk.toString()
  }
  child.stdin.end()
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const timer = setTimeout(() => {
    isLate = true
    void child.stop(0)
  }, run.wallMs)
  const giveUp = (): void => void child.stop(0)
  signal.addEventListener('abort', giveUp)
  try {
    const { code, signal: killedBy } = await child.exited
    signal.throwIfAborted()
    const ended = isLate ? 'time' : output.includes('Killed: it used') ? 'memory' : killedBy ? 'signal' : 'exit'
    const ms = Math.round(performance.now() - started)
    const isCut = bytes > run.outputBytes
    return { exitCode: ended === 'exit' ? code : null, output: output.slice(0, run.outputBytes), isCut, ms, ended }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    await child.stop(0)
  }
}

/** Go's and Node's heaps are mapped before they are used. */
const DATA_FACTOR = 4

function wordsOf(run: IsolatedRun): string[] {
  const { bubblewrap, prlimit, folder, writable, readablePaths, node, memoryMiB, writtenMiB } = run
  const inMemory = (path: string) => ['--size', String(writtenMiB * 1024 * 1024), '--tmpfs', path]
  const limits = prlimit ? [prlimit, `--data=${memoryMiB * DATA_FACTOR * 1024 * 1024}`, '--core=0', '--'] : []
  const alone = ['--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--chdir', folder]
  const environment = ['--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'HOME', '/tmp']
  const system = ['/usr', '/lib', '/lib64', '/bin', '/etc/ssl'].flatMap((path) => ['--ro-bind-try', path, path])
  // Later ones lie over earlier ones.
  const places = [
    ...system,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...inMemory('/tmp'),
    ...[node, ...readablePaths, folder].flatMap((path) => ['--ro-bind', path, path]),
    ...writable.flatMap((name) => inMemory(`${folder}/${name}`)),
  ]
  const program = [node, '--input-type=module', '--eval', PROGRAM, JSON.stringify(run.commands)]
  return [...limits, bubblewrap, ...alone, ...environment, ...places, '--', ...program]
}
