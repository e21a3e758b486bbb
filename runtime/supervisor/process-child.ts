import type { ChildProcess } from 'node:child_process'
import type { Child, ChildExit } from '../../bridge/serve/child.ts'
import { signalGroup } from './signal-group.ts'
import { watchMemory } from './watch-memory.ts'

/** @throws the system's error when the process cannot be started */
export async function whenSpawned(started: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  started.once('spawn', resolve)
  started.once('error', reject)
  await promise
  started.removeListener('error', reject)
  // Later errors are of signals to a process that has ended.
  started.on('error', () => {})
}

/** A process that leads a group of its own, as the bridge takes it; over `memoryMiB` it is killed. */
export function toChild(started: ChildProcess, memoryMiB: number): Child {
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

async function raceTimeout(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, timeoutMs)
  await Promise.race([promise, timeout])
  clearTimeout(timer)
}
