import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { loadConfig, type Config } from '../../src/config/load-config.ts'
import { stopDaemon } from '../../src/daemon/ensure-daemon.ts'
import { ensureTestTemplate } from '../db/test-pglite.ts'
import { claimPortRange } from '../fixtures/lasting-port.ts'

const root = path.resolve(import.meta.dirname, '../..')
export const launcher = path.join(root, 'bin', 'mcpwright.cjs')

/** A data directory of its own, with what is started in it ended at the end. */
export interface TestHome extends AsyncDisposable {
  readonly folder: string
  readonly environment: Record<string, string>
  readonly config: Config
  /** A v2 client at a stdio door; `auto` speaks 2026-07-28. */
  connect(mode?: 'auto' | 'legacy'): Promise<Client>
}

/** @param parent  where its folder is made */
export async function openTestHome(
  settings: Readonly<Record<string, string>> = {},
  parent = tmpdir(),
): Promise<TestHome> {
  const folder = await mkdtemp(path.join(parent, 'mcpwright-home-'))
  await copyTemplate(folder)
  const ports = await claimPortRange()
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    MCPWRIGHT_HOME: folder,
    MCPWRIGHT_PORT: '0',
    MCPWRIGHT_PORT_RANGE: `${ports.from}-${ports.to}`,
    ...settings,
  }
  const config = loadConfig(environment)
  const clients: Client[] = []
  return {
    folder,
    environment,
    config,
    async connect(mode = 'auto') {
      const client = new Client(
        { name: 'test', version: '1.0.0' },
        mode === 'auto' ? { versionNegotiation: { mode } } : {},
      )
      clients.push(client)
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: [launcher], env: environment, stderr: 'ignore' }),
      )
      return client
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()))
      await stopDaemon(config)
      await endProcessesOf(folder)
      await ports[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** A daemon that a door has just started has not written down yet that it runs, and would make its folder anew. */
async function endProcessesOf(home: string): Promise<void> {
  for (let left = await processesOf(home); left.length > 0; left = await processesOf(home)) {
    for (const pid of left) end(pid)
    await sleep(25)
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Those with this home in their environment, as Linux lists them; elsewhere none. */
async function processesOf(home: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')))
  return pids.filter((_, index) => environments[index]?.split('\0').includes(`MCPWRIGHT_HOME=${home}`)).map(Number)
}

/** A new data directory is filled from the template that the tests share, as it would be from the package's. */
async function copyTemplate(home: string): Promise<void> {
  const template = await ensureTestTemplate()
  const folder = path.join(home, 'cache', 'templates')
  await mkdir(folder, { recursive: true })
  await copyFile(template, path.join(folder, path.basename(template)))
}
