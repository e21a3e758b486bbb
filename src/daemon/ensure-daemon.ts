import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaults } from '../config/defaults.ts'
import type { Config } from '../config/load-config.ts'
import type { OwnLaunch } from '../config/own-launch.ts'
import { packageRoot } from '../config/package-root.ts'
import { isInRunnerCache } from '../config/runner-cache.ts'
import { MetaError } from '../errors/meta-error.ts'
import { askDaemon } from './ask-daemon.ts'
import { daemonEnvironment } from './daemon-environment.ts'
import { type DaemonRecord, digestOfConfig, readDaemonRecord } from './daemon-file.ts'
import { isNewer, ownVersion } from './version.ts'

/** Makes sure that a daemon runs for this home, and says how to reach it. */
export type EnsureDaemon = () => Promise<DaemonRecord>

/**
 * Where there is none, one has been started when this returns: what a caller then loads cannot hold it up.
 * @param environment  of this process; the daemon gets only what it needs of it
 * @throws MetaError DAEMON_CONFLICT when the running daemon serves another database, DAEMON_UNAVAILABLE when none came up
 */
export async function ensureDaemon(config: Config, environment: NodeJS.ProcessEnv): Promise<DaemonRecord> {
  const running = recordOfLiving(config) && (await findDaemon(config))
  if (running) {
    refuseOtherDatabase(config, running)
    if (!isNewer(ownVersion(), running.version)) return running
    await stopDaemon(config)
  }
  return startDaemonProcess(config, environment)
}

/** The daemon of this home, if it answers. */
export async function findDaemon(config: Config, timeoutMs?: number): Promise<DaemonRecord | undefined> {
  const record = recordOfLiving(config)
  const answer = record && (await askDaemon(record, '/health', { ...(timeoutMs !== undefined && { timeoutMs }) }))
  return answer?.status === 200 ? record : undefined
}

/** What the daemon of this home has written of itself, if its process lives; it may not answer yet. */
export function recordOfLiving({ home }: Config): DaemonRecord | undefined {
  const record = readDaemonRecord(home)
  return record && isAlive(record.pid) ? record : undefined
}

/** Stops the daemon of this home; its servers come up again with the next one. @returns whether there was one */
export async function stopDaemon(config: Config): Promise<boolean> {
  // One that is busy answers late, and is to end all the same.
  const running = await findDaemon(config, defaults.daemon.drainMs)
  if (!running) return false
  await askDaemon(running, '/control/drain', { method: 'POST', timeoutMs: defaults.daemon.drainMs })
  for (let waited = 0; isAlive(running.pid) && waited < defaults.daemon.drainMs * 2; waited += 25) await sleep(25)
  return !isAlive(running.pid)
}

/** Asks for a start again and again: a daemon that met the lock of one that was just leaving has left too. */
async function startDaemonProcess(config: Config, environment: NodeJS.ProcessEnv): Promise<DaemonRecord> {
  const program = isInRunnerCache(packageRoot())
    ? await copyOfProgram(config)
    : { node: process.execPath, launcher: path.join(packageRoot(), 'bin', 'mcpwright.cjs') }
  const deadline = Date.now() + defaults.daemon.startTimeoutMs
  while (Date.now() < deadline) {
    const record = readDaemonRecord(config.home)
    if (record && isAlive(record.pid) && (await askDaemon(record, '/health'))?.status === 200) {
      refuseOtherDatabase(config, record)
      return record
    }
    startUnlessStarting(config, program, environment, record)
    await sleep(15)
  }
  throw new MetaError(
    'DAEMON_UNAVAILABLE',
    `The mcpwright daemon did not come up within ${defaults.daemon.startTimeoutMs / 1000} s.${lastLogLines(config)}`,
    `Run "mcpwright doctor", or look into "${daemonLog(config)}".`,
  )
}

/** A daemon outlives what a package runner keeps: it runs from a copy that stays. */
async function copyOfProgram({ home }: Config): Promise<OwnLaunch> {
  const { lastingLaunch, makeLastingCopy } = await import('../config/lasting-copy.ts')
  await makeLastingCopy(packageRoot(), ownVersion(), home)
  return lastingLaunch(packageRoot(), ownVersion(), home)
}

/**
 * Of ten doors that start at once, one spawns the daemon; the lock of the data directory settles what is left.
 * @param asked  the record of a daemon that has just not answered
 */
function startUnlessStarting(
  config: Config,
  { node, launcher }: OwnLaunch,
  environment: NodeJS.ProcessEnv,
  asked: DaemonRecord | undefined,
): void {
  mkdirSync(config.home, { recursive: true, mode: 0o700 })
  if (!takeMarker(startMarker(config))) return
  // A daemon takes the marker away after it has written its record: it may have come up since that was read.
  if (readDaemonRecord(config.home)?.pid !== asked?.pid) return removeStartMarker(config)
  const log = openSync(daemonLog(config), 'a', 0o600)
  const child = spawn(node, [launcher, 'daemon'], {
    cwd: config.home,
    detached: true,
    stdio: ['ignore', log, log],
    env: daemonEnvironment(config, environment),
    windowsHide: true,
  })
  child.unref()
  closeSync(log)
}

/** Keeps doors from starting a daemon for 3 s, or until the marker is removed. */
export function putStartMarker({ home }: Config): void {
  writeFileSync(startMarker({ home }), '', { mode: 0o600 })
}

/** The daemon takes it away when it listens. */
export function removeStartMarker(config: Config): void {
  rmSync(startMarker(config), { force: true })
}

function startMarker({ home }: Pick<Config, 'home'>): string {
  return path.join(home, 'starting')
}

/** @returns whether this process is the one to start the daemon; a marker older than 3 s belongs to a start that failed */
function takeMarker(marker: string): boolean {
  try {
    if (Date.now() - statSync(marker).mtimeMs > 3_000) rmSync(marker, { force: true })
  } catch {
    // There is no marker.
  }
  try {
    closeSync(openSync(marker, 'wx', 0o600))
    return true
  } catch {
    return false
  }
}

function refuseOtherDatabase(config: Config, record: DaemonRecord): void {
  if (record.configDigest === digestOfConfig(config)) return
  throw new MetaError(
    'DAEMON_CONFLICT',
    `The daemon of "${config.home}" (pid ${record.pid}) uses another database than this DATABASE_URL says.`,
    'Run "mcpwright stop" to end it, or set MCPWRIGHT_HOME to another directory.',
  )
}

export function daemonLog({ home }: Config): string {
  return path.join(home, 'daemon.log')
}

function lastLogLines(config: Config): string {
  try {
    const lines = readFileSync(daemonLog(config), 'utf8').trim().split('\n').slice(-5)
    return ` Its last lines:\n${lines.join('\n')}`
  } catch {
    return ''
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
