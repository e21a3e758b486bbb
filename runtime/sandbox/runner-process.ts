import { fork, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { killGroup } from '../supervisor/signal-group.ts'
import { readRunnerMessage } from './read-runner-message.ts'
import type { FromRunner, ToRunner } from './runner-messages.ts'
import type { RunnerProgram } from './runner-program.ts'

/** A process that runs code, one run at a time. */
export interface RunnerProcess {
  readonly pid: number
  /** Resolves when it can take its first run. @throws Error with what it said when it cannot */
  readonly ready: Promise<void>
  /** Whether it has put the last run away, waiting a little for it. */
  isCleared(): Promise<boolean>
  readonly exited: Promise<void>
  isAlive(): boolean
  send(message: ToRunner): void
  /** Hears every message until it is replaced by another listener. */
  listen(listener: (message: FromRunner) => void): void
  /** While it is held, this process does not end before it. */
  hold(): void
  release(): void
  /** Resident memory, where /proc tells it. */
  residentMiB(): Promise<number | undefined>
  /** What it wrote to stderr at the end of its life. */
  lastWords(): string
  kill(): void
}

const START_MS = 15_000

/** Starts a runner with an empty environment, in a process group of its own. It does not hold this process. */
export function startRunnerProcess({ file, nodeArguments, programArguments }: RunnerProgram): RunnerProcess {
  const child = fork(file, [...programArguments], {
    execArgv: [...nodeArguments],
    env: process.platform === 'win32' ? { SystemRoot: String.raw`C:\Windows` } : {},
    serialization: 'advanced',
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const words = rememberLastWords(child)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    // It could not be started at all.
    child.once('error', () => (child.pid === undefined ? resolve() : undefined))
  })
  let listener: ((message: FromRunner) => void) | undefined
  const first = whenReady(child, exited, words)
  let cleared = Promise.withResolvers<boolean>()
  child.on('message', (message) => {
    const read = readRunnerMessage(message)
    if (!read) return
    if (read.kind === 'ready') cleared.resolve(true)
    if (read.kind === 'ready' || read.kind === 'unavailable') first.settle(read)
    else listener?.(read)
  })

  const runner: RunnerProcess = {
    pid: child.pid ?? 0,
    ready: first.ready,
    exited,
    isAlive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null && child.connected,
    isCleared: () => isTrueWithin(CLEAR_MS, cleared.promise),
    send(message) {
      if (message.kind === 'run') cleared = Promise.withResolvers<boolean>()
      // It may end at any moment; whoever waits for it hears of that by `exited`.
      if (child.connected) child.send(message, () => {})
    },
    listen: (next) => void (listener = next),
    hold() {
      child.ref()
      child.channel?.ref()
    },
    release() {
      child.unref()
      child.channel?.unref()
    },
    residentMiB: () => residentMiB(child.pid),
    lastWords: words,
    kill: () => killGroup(child),
  }
  runner.release()
  // Sockets can be unreferenced; the type of stderr does not say that it is one.
  ;(child.stderr as (NodeJS.ReadableStream & { unref?: () => void }) | null)?.unref?.()
  return runner
}

/** To free the memory of a large isolate takes a while. */
const CLEAR_MS = 300

async function isTrueWithin(timeoutMs: number, promise: Promise<boolean>): Promise<boolean> {
  const { promise: timeout, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  const isTrue = await Promise.race([promise, timeout])
  clearTimeout(timer)
  return isTrue
}

interface FirstWord {
  readonly ready: Promise<void>
  settle(message: FromRunner): void
}

function whenReady(child: ChildProcess, exited: Promise<void>, words: () => string): FirstWord {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => {
    killGroup(child)
    reject(new Error(`The runner was not ready within ${START_MS / 1_000} seconds.`))
  }, START_MS).unref()
  child.once('error', reject)
  void exited.then(() => reject(new Error(words() || 'The runner ended before it was ready.')))
  promise.then(
    () => clearTimeout(timer),
    () => clearTimeout(timer),
  )
  return {
    ready: promise,
    settle: (message) => (message.kind === 'unavailable' ? reject(new Error(message.reason)) : resolve()),
  }
}

const WORDS = 4_096

function rememberLastWords(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-WORDS)
  })
  return () => text.trim()
}

const PAGE_BYTES = 4_096

async function residentMiB(pid: number | undefined): Promise<number | undefined> {
  if (process.platform !== 'linux' || pid === undefined) return undefined
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => undefined)
  return statm === undefined ? undefined : (Number(statm.split(' ')[1]) * PAGE_BYTES) / 1024 / 1024
}
