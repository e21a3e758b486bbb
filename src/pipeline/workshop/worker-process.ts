import { fork } from 'node:child_process'
import { killGroup } from '../../../runtime/supervisor/signal-group.ts'
import type { ErrorCode } from '../../errors/codes.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { FromWorker, TaskError, TaskName, ToWorker } from './tasks.ts'

export interface WorkerProcessOptions {
  /** A folder for what can be made again. */
  readonly cache: string
  /** Of its heap. */
  readonly memoryMiB: number
}

/** What a task asks of who gave it, while it lasts. */
export interface TaskHost {
  /** Fetches another document of a description, through egress. */
  readonly loadReference?: (url: string) => Promise<string>
  /** Called with what the task does now. */
  readonly onStep?: (step: string) => void
}

/** A process that does one task after the other, and never two at once: what ends it ends nobody else's. */
export interface WorkerProcess {
  readonly exited: Promise<void>
  isAlive(): boolean
  /** @throws MetaError from the task, LIMIT_EXCEEDED when its memory was not enough; WorkerLost */
  run(name: TaskName, input: unknown, host: TaskHost): Promise<unknown>
  kill(): void
  /** Lets it end by itself. */
  dismiss(): void
}

/** The process ended, and not because of its task: something outside has killed it. */
export class WorkerLost extends Error {}

interface CurrentTask {
  readonly id: number
  readonly host: TaskHost
  readonly resolve: (output: unknown) => void
  readonly reject: (error: unknown) => void
}

export function startWorkerProcess({ cache, memoryMiB }: WorkerProcessOptions): WorkerProcess {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const child = fork(new URL(`./workshop-main.${extension}`, import.meta.url), [cache], {
    // It handles text from outside: it gets no secrets, and so no environment.
    env: {},
    // A young generation of Node's default size holds 50 MB of what is garbage already.
    execArgv: [`--max-old-space-size=${memoryMiB}`, '--max-semi-space-size=16'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // A group of its own: the compiler that it runs ends with it.
    detached: process.platform !== 'win32',
  })
  const { promise: exited, resolve: noteExit } = Promise.withResolvers<void>()
  let isAlive = true
  let stderr = ''
  let current: CurrentTask | undefined
  let lastId = 0

  /** A message to a process that has just gone is not an error here: its task is rejected when it exits. */
  function tell(message: ToWorker): void {
    if (child.connected) child.send(message, () => {})
  }

  function receive(message: FromWorker): void {
    if (message.kind === 'ready') return
    if (message.kind === 'load-reference') return void answerReference(message, current, tell)
    // What a task that was given up still says interests nobody.
    if (message.id !== current?.id) return
    if (message.kind === 'step') current.host.onStep?.(message.step)
    else if (message.kind === 'done') current.resolve(message.output)
    else current.reject(toError(message.error))
  }

  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2_000)))
  child.on('message', receive)
  child.once('exit', (code, signal) => {
    isAlive = false
    current?.reject(ended(stderr, code, signal, memoryMiB))
    noteExit()
  })
  child.once('error', (error) => {
    // It could not be started, and will not exit.
    if (child.pid !== undefined) return
    isAlive = false
    current?.reject(error)
    noteExit()
  })
  child.unref()
  child.channel?.unref()

  return {
    exited,
    isAlive: () => isAlive,
    async run(name, input, host) {
      const id = ++lastId
      try {
        return await new Promise((resolve, reject) => {
          current = { id, host, resolve, reject }
          if (isAlive) tell({ kind: 'task', id, name, input })
          else reject(ended(stderr, child.exitCode, child.signalCode, memoryMiB))
        })
      } finally {
        current = undefined
      }
    },
    kill() {
      isAlive = false
      killGroup(child)
    },
    dismiss: () => void (child.connected && child.disconnect()),
  }
}

async function answerReference(
  { id, task, url }: Extract<FromWorker, { kind: 'load-reference' }>,
  current: CurrentTask | undefined,
  tell: (message: ToWorker) => void,
): Promise<void> {
  try {
    const load = current?.id === task ? current.host.loadReference : undefined
    if (!load) throw new Error('Other documents are not read here.')
    tell({ kind: 'reference', id, text: await load(url) })
  } catch (error) {
    tell({ kind: 'reference-failed', id, message: error instanceof Error ? error.message : String(error) })
  }
}

function toError(error: TaskError): Error {
  // Codes come from our own worker, which throws MetaErrors with codes of the list.
  if (error.code && error.fix) return new MetaError(error.code as ErrorCode, error.message, error.fix)
  return Object.assign(new Error(error.message), { stack: error.stack })
}

function ended(stderr: string, code: number | null, signal: string | null, memoryMiB: number): Error {
  if (/heap out of memory|allocation failed/i.test(stderr)) {
    return new MetaError(
      'LIMIT_EXCEEDED',
      `Reading or building took more than ${memoryMiB} MiB of memory and was given up.`,
      'Import a smaller part of the description.',
    )
  }
  return new WorkerLost(`The worker process ended (${signal ?? `exit code ${code}`}): ${stderr}`)
}
