/** `bridge-main.ts <port>`: the echo server behind our bridge, as the daemon puts its own servers behind it. */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import path from 'node:path'
import type { Child, ChildExit } from '../../bridge/serve/child.ts'
import { createServerBridge } from '../../bridge/serve/create-server-bridge.ts'
import { defaults } from '../../src/config/defaults.ts'

const bridge = createServerBridge({ name: 'echo', limits: defaults.bridge, startChild, onLog: () => {} })

createServer((request, response) => void bridge.handle(request, response)).listen(Number(process.argv[2]), '127.0.0.1')
process.on('SIGTERM', () => void bridge.close().then(() => process.exit(0)))

async function startChild(): Promise<Child> {
  const program = path.join(import.meta.dirname, 'stdio-main.ts')
  const started = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'pipe'] })
  const exited = new Promise<ChildExit>((resolve) => started.once('exit', (code, signal) => resolve({ code, signal })))
  const stop = async (): Promise<void> => {
    started.kill()
    await exited
  }
  const { stdin, stdout, stderr } = started
  return { pid: started.pid ?? 0, stdin, stdout, stderr, exited, stop }
}
