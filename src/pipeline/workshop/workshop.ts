import { type ChildProcess, fork } from 'node:child_process'
import type { ErrorCode } from '../../errors/codes.ts'
import { MetaError } from '../../errors/meta-error.ts'
import type { FromWorker, TaskError, TaskName, ToWorker, WorkshopTasks } from './tasks.ts'

export interface WorkshopOptions {
  /** A folder for what can be made again. */
  readonly cache: string
  /** An idle worker process ends after this. */
  readonly idleMs: number
  /** A task that takes longer is given up, and its process killed. */
  readonly timeoutMs: number
  readonly memoryMiB: number
}

export interface TaskOptions {
  readonly signal?: AbortSignal
  /** Fetches another document of a description, through egress. */
  readonly loadReference?: (url: string) => Promise<string>
  /** Called with what the task does now. */
  readonly onStep?: (step: string) => void
}

/** Where the heavy work is done: a worker process that is started when it is needed and kept warm for a while. */
export interface Workshop {
  /** @throws MetaError from the task, LIMIT_EXCEEDED when it took too long or too much memory */
  run<Name extends TaskName>(
    name: Name,
    input: WorkshopTasks[Name]['input'],
    options?: TaskOptions,
  ): Promise<WorkshopTasks[Name]['output']>
  /** Starts the process ahead of need. */
  warm(): void
  close(): Promise<void>
}

interface PendingTask {
  readonly resolve: (output: unknown) => void
  readonly reject: (error: unknown) => void
  readonly loadReference: TaskOptions['loadReference']
  readonly onStep: TaskOptions['onStep']
}

interface Worker {
  readonly process: ChildProcess
  readonly tasks: Map<number, PendingTask>
  /** It was killed to stop one of its tasks; the others begin anew in the next process. */
  isEnded: boolean
}

class EndedForAnother extends Error {}

export function createWorkshop(options: WorkshopOptions): Workshop {
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let lastId = 0

  function ensureWorker(): Worker {
    clearTimeout(idle)
    if (worker?.isEnded) worker = undefined
    worker ??= startWorker(options, (gone) => {
      if (worker === gone) worker = undefined
    })
    return worker
  }

  function restWhenIdle(used: Worker): void {
    if (used !== worker || used.tasks.size > 0) return
    clearTimeout(idle)
    idle = setTimeout(() => {
      used.process.disconnect()
      if (worker === used) worker = undefined
    }, options.idleMs)
    idle.unref()
  }

  return {
    async run(name, input, { signal, loadReference, onStep } = {}) {
      const limit = AbortSignal.timeout(options.timeoutMs)
      for (;;) {
        const used = ensureWorker()
        const id = ++lastId
        const stop = (): void => {
          used.isEnded = true
          used.process.kill('SIGKILL')
        }
        limit.addEventListener('abort', stop)
        signal?.addEventListener('abort', stop)
        try {
          signal?.throwIfAborted()
          const output = await new Promise((resolve, reject) => {
            used.tasks.set(id, { resolve, reject, loadReference, onStep })
            tell(used, { kind: 'task', id, name, input })
          })
          // The task's name fixes what it gives.
          return output as WorkshopTasks[typeof name]['output']
        } catch (error) {
          signal?.throwIfAborted()
          if (limit.aborted) throw tooLong(options.timeoutMs)
          if (!(error instanceof EndedForAnother)) throw error
        } finally {
          used.tasks.delete(id)
          limit.removeEventListener('abort', stop)
          signal?.removeEventListener('abort', stop)
          restWhenIdle(used)
        }
      }
    },
    warm() {
      restWhenIdle(ensureWorker())
    },
    async close() {
      clearTimeout(idle)
      const closing = worker
      worker = undefined
      if (!closing || closing.process.exitCode !== null) return
      const gone = new Promise((resolve) => closing.process.once('exit', resolve))
      closing.process.kill('SIGKILL')
      await gone
    },
  }
}

function startWorker(options: WorkshopOptions, onGone: (worker: Worker) => void): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const child = fork(new URL(`./workshop-main.${extension}`, import.meta.url), [options.cache], {
    // It handles text from outside: it gets no secrets, and so no environment.
    env: {},
    execArgv: [`--max-old-space-size=${options.memoryMiB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const worker: Worker = { process: child, tasks: new Map(), isEnded: false }
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2_000)))
  child.on('message', (message: FromWorker) => receive(worker, message))
  child.once('exit', (code, signal) => {
    onGone(worker)
    const reason = worker.isEnded ? new EndedForAnother() : ended(stderr, code, signal, options.memoryMiB)
    for (const task of worker.tasks.values()) task.reject(reason)
  })
  child.unref()
  child.channel?.unref()
  return worker
}

function receive(worker: Worker, message: FromWorker): void {
  if (message.kind === 'ready') return
  if (message.kind === 'load-reference') return void answerReference(worker, message)
  const task = worker.tasks.get(message.id)
  if (message.kind === 'step') return task?.onStep?.(message.step)
  if (message.kind === 'done') task?.resolve(message.output)
  else task?.reject(toError(message.error))
}

async function answerReference(
  worker: Worker,
  { id, task, url }: Extract<FromWorker, { kind: 'load-reference' }>,
): Promise<void> {
  try {
    const load = worker.tasks.get(task)?.loadReference
    if (!load) throw new Error('Other documents are not read here.')
    tell(worker, { kind: 'reference', id, text: await load(url) })
  } catch (error) {
    tell(worker, { kind: 'reference-failed', id, message: error instanceof Error ? error.message : String(error) })
  }
}

/** A message to a process that has just gone is not an error here: its tasks are rejected when it exits. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.process.connected) worker.process.send(message, () => {})
}

function toError(error: TaskError): Error {
  // Codes come from our own worker, which throws MetaErrors with codes of the list.
  if (error.code && error.fix) return new MetaError(error.code as ErrorCode, error.message, error.fix)
  return Object.assign(new Error(error.message), { stack: error.stack })
}

function tooLong(timeoutMs: number): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `Reading or building took more than ${timeoutMs / 1000} s and was given up.`,
    'Import a smaller part of the description, or report the description that does this.',
  )
}

function ended(stderr: string, code: number | null, signal: string | null, memoryMiB: number): Error {
  if (/heap out of memory|allocation failed/i.test(stderr)) {
    return new MetaError(
      'LIMIT_EXCEEDED',
      `Reading or building took more than ${memoryMiB} MiB of memory and was given up.`,
      'Import a smaller part of the description.',
    )
  }
  return new Error(`The worker process ended (${signal ?? `exit code ${code}`}): ${stderr}`)
}
