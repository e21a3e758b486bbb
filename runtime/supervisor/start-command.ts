import { spawn } from 'node:child_process'
import type { Child } from '../../bridge/serve/child.ts'
import { toChild, whenSpawned } from './process-child.ts'

export interface CommandOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of resident memory, with all that it starts; over it the group is killed. */
  readonly memoryMiB: number
}

/**
 * Starts a program as the leader of a process group, so that all it starts ends with it. It is as free as who starts
 * it: the layers around our own servers know what those need, and nobody knows what this one does.
 * @throws the system's error when the program cannot be started
 */
export async function startCommand({ command, args, env, memoryMiB }: CommandOptions): Promise<Child> {
  const started = spawn(command, args, {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  await whenSpawned(started)
  return toChild(started, memoryMiB)
}
