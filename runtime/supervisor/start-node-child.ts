import { spawn, type ChildProcess } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Child, ChildExit } from '../../bridge/serve/child.ts'
import type { Broker } from './broker.ts'
import { composeCommand, type IsolationLayers } from './isolation-layers.ts'
import { serveBroker } from './serve-broker.ts'
import { watchMemory } from './watch-memory.ts'

export interface NodeChildOptions {
  /** The program; its directory is readable. */
  readonly bundlePath: string
  readonly cwd: string
  /** What else the child may read. */
  readonly readablePaths?: readonly string[]
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  /** Of resident memory; over it the child is killed. */
  readonly memoryMiB: number
  /** Answers what the child asks over IPC; without it the channel stays silent. */
  readonly broker?: Broker
  readonly layers: IsolationLayers
}

/** Ends the child with its parent: the IPC channel closes even when the parent was killed. */
const END_WITH_PARENT = 'data:text/javascript,process.once("disconnect",()=>process.exit(0))'

/**
 * Starts a generated server as a process of its own group with everything closed that its layers can close.
 * @throws the system's error when the process cannot be started
 */
export async function startNodeChild(options: NodeChildOptions): Promise<Child> {
  const { bundlePath, readablePaths = [], env, memoryMiB, layers } = options
  // The permission model compares real paths, and follows links that lie inside an allowed folder.
  const bundle = await realpath(bundlePath)
  const readable = await Promise.all([dirname(bundle), ...readablePaths].map((path) => realpath(path)))
  const { command, args } = composeCommand({
    layers,
    node: process.execPath,
    readablePaths: readable,
    memoryMiB,
    env,
    nodeArguments: ['--import', END_WITH_PARENT, bundle],
  })
  const started = spawn(command, args, {
    cwd: options.cwd,
    env: environmentOf(env),
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  await whenSpawned(started)
  if (options.broker) serveBroker(started, options.broker)
  return toChild(started, memoryMiB)
}

/** Windows programs do not start without SystemRoot. */
function environmentOf(env: Readonly<Record<string, string>>): Record<string, string> {
  return process.platform === 'win32' ? { SystemRoot: String.raw`C:\Windows`, ...env } : { ...env }
}

async function whenSpawned(started: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  started.once('spawn', resolve)
  started.once('error', reject)
  await promise
  started.removeListener('error', reject)
  // Later errors are of signals to a process that has ended.
  started.on('error', () => {})
}

function toChild(started: ChildProcess, memoryMiB: number): Child {
  const { pid, stdin, stdout, stderr } = started
  if (pid === undefined || !stdin || !stdout || !stderr) throw new Error('The process started without its pipes.')
  const endWatch = watchMemory(pid, memoryMiB, (foundMiB) => {
    stderr.push(`Killed: it used ${foundMiB} MiB of memory, ${memoryMiB} MiB are allowed.\n`)
    signalGroup(pid, 'SIGKILL')
  })
  const exited = new Promise<ChildExit>((resolve) => {
    started.once('exit', (code, signal) => {
      endWatch()
      resolve({ code, signal })
    })
  })

  async function stop(graceMs: number): Promise<void> {
    const isRunning = started.exitCode === null && started.signalCode === null
    if (isRunning && graceMs > 0) {
      stdin?.end()
      signalGroup(pid ?? 0, 'SIGTERM')
      await raceTimeout(exited, graceMs)
    }
    // What it may have started is of its group, and ends with it.
    signalGroup(pid ?? 0, 'SIGKILL')
    await exited
    if (started.connected) started.disconnect()
  }

  return { pid, stdin, stdout, stderr, exited, stop }
}

function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') return endTree(pid)
  try {
    process.kill(-pid, signal)
  } catch {
    // The group has ended.
  }
}

/** Windows has no process groups; untested there. */
function endTree(pid: number): void {
  const taskkill = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
  taskkill.on('error', () => {})
}

async function raceTimeout(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, timeoutMs)
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
