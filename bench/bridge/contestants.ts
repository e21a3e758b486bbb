import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { bundleBridge } from '../../scripts/bundle-bridge.ts'
import { findFreePort } from '../../src/net/free-port.ts'
import { withDescendants } from './process-cpu.ts'

export interface RunningContestant extends AsyncDisposable {
  readonly port: number
  readonly pid: number
}

/** One way to have the echo server on HTTP. */
export interface Contestant {
  readonly name: string
  /** Resolves when the port takes connections. */
  start(): Promise<RunningContestant>
}

const here = import.meta.dirname
const CHILD = [process.execPath, path.join(here, 'stdio-main.ts')]

export const bare: Contestant = {
  name: 'bare SDK server',
  start: () => start([path.join(here, 'bare-main.ts'), '{port}']),
}
export const ours: Contestant = { name: 'mcpwright', start: () => start([path.join(here, 'bridge-main.ts'), '{port}']) }

/** Our bridge as people have it: one file, bundled into `folder`. */
export async function bundledBridge(folder: string): Promise<Contestant> {
  const bundle = await bundleBridge(folder)
  return { name: 'mcpwright', start: () => start([bundle, '--shared', '--port', '{port}', '--', ...CHILD]) }
}

export interface InstalledPeers extends AsyncDisposable {
  readonly supergateway: Contestant
  readonly mcpProxy: Contestant
  readonly mcpProxyNoStore: Contestant
}

/** Installs the peers in a folder of their own. */
export async function installPeers(): Promise<InstalledPeers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mcpwright-peers-'))
  await writeFile(path.join(folder, 'package.json'), '{"private": true}')
  const packages = ['supergateway@4.0.0', 'mcp-proxy@6.7.19']
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
    cwd: folder,
  })
  const bin = (name: string): string => path.join(folder, 'node_modules', '.bin', name)
  const gateway = [bin('supergateway'), '--stdio', CHILD.join(' '), '--outputTransport', 'streamableHttp']
  const proxy = ['--host', '127.0.0.1', '--server', 'stream', '--port', '{port}', '--', ...CHILD]
  return {
    supergateway: {
      name: 'supergateway 4.0.0, stateful',
      start: () => start([...gateway, '--stateful', '--logLevel', 'none', '--port', '{port}']),
    },
    mcpProxy: { name: 'mcp-proxy 6.7.19', start: () => start([bin('mcp-proxy'), ...proxy]) },
    mcpProxyNoStore: {
      name: 'mcp-proxy 6.7.19, no event store',
      start: () => start([bin('mcp-proxy'), '--no-eventStore', ...proxy]),
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

async function start(words: readonly string[]): Promise<RunningContestant> {
  const port = await findFreePort({ from: 43_000, to: 43_999 })
  const args = words.map((word) => (word === '{port}' ? String(port) : word))
  const started = spawn(process.execPath, args, { stdio: 'ignore' })
  const pid = started.pid ?? 0
  running.add(pid)
  await untilListening(port, started)
  return {
    port,
    pid,
    async [Symbol.asyncDispose]() {
      running.delete(pid)
      const exited = new Promise((resolve) => started.once('exit', resolve))
      killTree(pid)
      await exited
    },
  }
}

async function untilListening(port: number, started: ChildProcess): Promise<void> {
  while (started.exitCode === null) {
    if (await takesConnections(port)) return
    await setTimeout(5)
  }
  throw new Error(`${started.spawnargs.join(' ')} ended with code ${started.exitCode}.`)
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  })
  socket.destroy()
  return isOpen
}

/** Some leave hundreds of processes behind when they end, so each is ended with all that it has started. */
const running = new Set<number>()
process.once('exit', () => {
  for (const pid of running) killTree(pid)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

function killTree(root: number): void {
  for (const pid of withDescendants(root)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
}
