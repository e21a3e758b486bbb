import { MetaError } from '../../errors/meta-error.ts'
import type { TenantId } from '../../model/ids.ts'
import { createTurns } from '../../model/turns.ts'
import type { TaskName, WorkshopTasks } from './tasks.ts'
import {
  startWorkerProcess,
  type TaskHost,
  WorkerLost,
  type WorkerProcess,
  type WorkerProcessOptions,
} from './worker-process.ts'

export interface WorkshopOptions extends WorkerProcessOptions {
  /** Tasks at once, each in a process of its own; more wait, and tenants take turns. */
  readonly atOnce: number
  /** An idle worker process ends after this. */
  readonly idleMs: number
  /** A task that takes longer, from its turn on, is given up, and its process killed. */
  readonly timeoutMs: number
  /** Told of what went wrong and was mended. */
  readonly log?: (message: string) => void
}

export interface TaskOptions extends TaskHost {
  /** Whose task it is. */
  readonly tenantId: TenantId
  readonly signal?: AbortSignal
  /** In place of the workshop's own. */
  readonly timeoutMs?: number
}

/** Where the heavy work is done: worker processes that are started when they are needed and kept warm for a while. */
export interface Workshop {
  /** @throws MetaError from the task, LIMIT_EXCEEDED when it took too long or too much memory */
  run<Name extends TaskName>(
    name: Name,
    input: WorkshopTasks[Name]['input'],
    options: TaskOptions,
  ): Promise<WorkshopTasks[Name]['output']>
  /** Starts a process ahead of need. */
  warm(): void
  close(): Promise<void>
}

export function createWorkshop(options: WorkshopOptions): Workshop {
  const { atOnce, idleMs, log = console.error } = options
  const turns = createTurns(atOnce)
  const alive = new Set<WorkerProcess>()
  const idle: IdleWorker[] = []
  let isClosed = false

  /** @throws WorkerLost */
  function start(): WorkerProcess {
    if (isClosed) throw new WorkerLost('The workshop is closed.')
    const worker = startWorkerProcess(options)
    alive.add(worker)
    void worker.exited.then(() => alive.delete(worker))
    return worker
  }

  /** The one that was used last: it is the warmest, and the others come to their end. */
  function takeIdle(): WorkerProcess | undefined {
    for (let next = idle.pop(); next; next = idle.pop()) {
      clearTimeout(next.timer)
      if (next.worker.isAlive()) return next.worker
    }
    return undefined
  }

  function rest(worker: WorkerProcess): void {
    if (!worker.isAlive()) return
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((entry) => entry.worker === worker),
        1,
      )
      worker.dismiss()
    }, idleMs).unref()
    idle.push({ worker, timer })
  }

  async function attempt(
    name: TaskName,
    input: unknown,
    { signal, timeoutMs = options.timeoutMs, ...host }: TaskOptions,
  ): Promise<unknown> {
    const worker = takeIdle() ?? start()
    const limit = AbortSignal.timeout(timeoutMs)
    const ending = signal ? AbortSignal.any([limit, signal]) : limit
    ending.addEventListener('abort', worker.kill)
    try {
      const output = await worker.run(name, input, host)
      rest(worker)
      return output
    } catch (error) {
      signal?.throwIfAborted()
      if (limit.aborted) throw tooLong(timeoutMs)
      rest(worker)
      throw error
    } finally {
      ending.removeEventListener('abort', worker.kill)
    }
  }

  return {
    async run(name, input, taskOptions) {
      using turn = await turns.take(taskOptions.tenantId, taskOptions.signal)
      if (!turn) throw taskOptions.signal?.reason
      const output = await attempt(name, input, taskOptions).catch((error: unknown) => {
        if (!(error instanceof WorkerLost) || isClosed) throw error
        log(`workshop: "${name}" is done anew, in another process. ${error.message}`)
        return attempt(name, input, taskOptions)
      })
      // The task's name fixes what it gives.
      return output as WorkshopTasks[typeof name]['output']
    },
    warm() {
      if (alive.size === 0) rest(start())
    },
    async close() {
      isClosed = true
      for (const { timer } of idle.splice(0)) clearTimeout(timer)
      const closing = [...alive]
      for (const worker of closing) worker.kill()
      await Promise.all(closing.map(({ exited }) => exited))
    },
  }
}

interface IdleWorker {
  readonly worker: WorkerProcess
  readonly timer: NodeJS.Timeout
}

function tooLong(timeoutMs: number): MetaError {
  return new MetaError(
    'LIMIT_EXCEEDED',
    `Reading or building took more than ${timeoutMs / 1000} s and was given up.`,
    'Import a smaller part of the description, or report the description that does this.',
  )
}
