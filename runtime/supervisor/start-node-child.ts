import { spawn } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Child } from '../../bridge/serve/child.ts'
import type { Broker } from './broker.ts'
import { composeCommand, type IsolationLayers } from './isolation-layers.ts'
import { toChild, whenSpawned } from './process-child.ts'
import { serveBroker } from './serve-broker.ts'

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
