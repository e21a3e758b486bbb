import { spawn, spawnSync } from 'node:child_process'
import type { Child } from '../../bridge/serve/child.ts'
import { toChild, whenSpawned } from './process-child.ts'

export interface CommandOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of resident memory, with all that it starts; over it the group is killed. */
  readonly memoryMiB: number
}

/** Has the kernel end a program when the process that started it was killed and could not do so itself. */
const WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL', '--']
const worksBy = new Map<string | undefined, boolean>()

/**
 * Starts a program as the leader of a process group, so that all it starts ends with it. It is as free as who starts
 * it: the layers around our own servers know what those need, and nobody knows what this one does.
 * @throws the system's error when the program cannot be started; by setpriv it exits with 126 or 127 then
 */
export async function startCommand({ command, args, env, memoryMiB }: CommandOptions): Promise<Child> {
  const [program = command, ...words] = endsWithParent(env['PATH'])
    ? [...WITH_PARENT, command, ...args]
    : [command, ...args]
  const started = spawn(program, words, {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  await whenSpawned(started)
  return toChild(started, memoryMiB)
}

/**
 * Some systems have a setpriv that cannot do this, so it is tried, once for each search path: a program is looked for by
 * the one that it is given.
 */
function endsWithParent(searchPath: string | undefined): boolean {
  if (process.platform !== 'linux') return false
  const [command = '', ...words] = WITH_PARENT
  const works =
    worksBy.get(searchPath) ?? spawnSync(command, [...words, 'true'], { env: { PATH: searchPath } }).status === 0
  worksBy.set(searchPath, works)
  return works
}
