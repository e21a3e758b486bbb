import { type ChildProcess, spawn } from 'node:child_process'

/** Ends a process that leads a group, with its group. One that has ended may have left its number to another. */
export function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) signalGroup(pid, 'SIGKILL')
}

/** Signals a process that leads a group, and all that it has started and that stayed in there. */
export function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') return endTree(leader)
  try {
    process.kill(-leader, signal)
  } catch {
    // The group has ended.
  }
}

/** Windows has no process groups; untested there. */
function endTree(pid: number): void {
  const taskkill = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
  taskkill.on('error', () => {})
}
