import { readGuestModules } from './guest-modules.ts'
import { createIsolates } from './isolates.ts'
import { rehearse, startIsolateRun, type IsolateRun } from './run-in-isolate.ts'
import type { FromRunner, ToRunner } from './runner-messages.ts'

// Behind the binary of isolated-vm stand the packages that guest/ imports.
const guest = readGuestModules(process.argv.slice(3))
const isolates = createIsolates()
let current: IsolateRun | undefined

process.on('message', (message: ToRunner) => {
  if (message.kind === 'answer') return current?.answer(message.id, message.ok, message.json)
  if (message.kind === 'abort') return current?.abort('cancelled')
  current = startIsolateRun(message.job, { isolates, guest, tell })
})

// A foreign loop in another thread must not keep the process alive: exit() would wait for that thread.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

tell({ kind: 'ready' })
// A runner that was started ahead uses the time; one with a run at once has none.
setTimeout(() => current ?? rehearse(guest), 20)

function tell(message: FromRunner): void {
  process.send?.(message)
}
