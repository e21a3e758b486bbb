import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { allocatorSettings } from '../src/config/allocator-settings.ts'
import type { LoopReport } from './event-loop-probe.ts'

export interface Door extends AsyncDisposable {
  readonly client: Client
  readonly pid: number
}

export interface WatchedDaemon extends AsyncDisposable {
  readonly pid: number
  /** How long its event loop waited since it started, or since the last report. */
  reportLoop(): Promise<LoopReport>
}

/** A data directory of its own, with an installation of mcpwright to use it by. */
export interface BenchHome extends AsyncDisposable {
  readonly folder: string
  /** Starts a stdio door and greets it, as an MCP client does. */
  connect(): Promise<Door>
  /** Starts the daemon with the probe in it; doors find it running. */
  startWatchedDaemon(): Promise<WatchedDaemon>
  stopDaemon(): Promise<void>
}

export interface BenchHomeOptions {
  /** The folder with `bin/mcpwright.cjs`. */
  readonly installation: string
  /** A folder with database templates for the new directory; without one it is made by initdb. */
  readonly templates?: string
  readonly settings?: Readonly<Record<string, string>>
}

export const checkout = path.resolve(import.meta.dirname, '..')

export function openBenchHome({ installation, templates, settings = {} }: BenchHomeOptions): BenchHome {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpwright-bench-'))
  const launcher = path.join(installation, 'bin', 'mcpwright.cjs')
  if (templates !== undefined) cpSync(templates, path.join(folder, 'cache', 'templates'), { recursive: true })
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    MCPWRIGHT_HOME: folder,
    MCPWRIGHT_PORT: '0',
    // Nothing that ran before has left compiled code for this home.
    NODE_COMPILE_CACHE: path.join(folder, 'compile-cache'),
    ...settings,
  }
  return {
    folder,
    async connect() {
      const client = new Client({ name: 'bench', version: '1.0.0' })
      const transport = new StdioClientTransport({
        command: process.execPath,
        args: [launcher],
        env: environment,
        stderr: 'inherit',
      })
      await client.connect(transport)
      return { client, pid: transport.pid ?? 0, [Symbol.asyncDispose]: () => client.close() }
    },
    async startWatchedDaemon() {
      const report = path.join(folder, 'loop.json')
      const log = openSync(path.join(folder, 'daemon.log'), 'a')
      const probe = pathToFileURL(path.join(import.meta.dirname, 'event-loop-probe.ts')).href
      const child = spawn(process.execPath, ['--import', probe, launcher, 'daemon'], {
        env: { ...allocatorSettings, ...environment, BENCH_LOOP_REPORT: report },
        stdio: ['ignore', log, log],
      })
      await waitFor(() => existsSync(path.join(folder, 'daemon.json')), child)
      return {
        pid: child.pid ?? 0,
        async reportLoop() {
          rmSync(report, { force: true })
          child.kill('SIGUSR2')
          await waitFor(() => existsSync(report), child)
          // Written by the probe.
          return JSON.parse(readFileSync(report, 'utf8')) as LoopReport
        },
        [Symbol.asyncDispose]: () => end(child),
      }
    },
    stopDaemon: () => runLauncher(launcher, ['stop'], environment),
    async [Symbol.asyncDispose]() {
      await runLauncher(launcher, ['stop'], environment)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

async function runLauncher(launcher: string, words: readonly string[], env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [launcher, ...words], { env, stdio: 'ignore' })
  await once(child, 'exit')
}

async function waitFor(isThere: () => boolean, child: ChildProcess): Promise<void> {
  while (!isThere()) {
    if (child.exitCode !== null) throw new Error(`The daemon has ended with exit code ${child.exitCode}.`)
    await sleep(5)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}
