import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { MetaError } from '../errors/meta-error.ts'
import { databaseFailure } from './database-failure.ts'
import type { PgliteCommand, PgliteReply, PgliteOpenOptions, StatementResult } from './pglite-messages.ts'
import { SqlError } from './sql-error.ts'

/** PGlite behind a message port. Calls run one after another, in the order they were made. */
export interface PgliteThread {
  /** @throws SqlError when the database refuses; MetaError DISK_FULL or DATABASE_UNAVAILABLE when it has died */
  run(command: Exclude<PgliteCommand, { op: 'open' | 'dump' | 'close' }>): Promise<readonly StatementResult[]>
  dump(): Promise<Uint8Array>
  onNotification(listener: (channel: string, payload: string) => void): void
  isAlive(): boolean
  /** Ends PGlite, then its thread. */
  close(): Promise<void>
  /** Ends the thread, whatever it is doing; what was not committed is gone. */
  terminate(): Promise<void>
}

type Answer = Exclude<PgliteReply, { kind: 'notification' }>
interface Waiter {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: Error) => void
}

/** A thread that loads PGlite's program, and has opened nothing yet. */
export interface UnopenedPglite {
  /** Once. @throws MetaError DISK_FULL or DATABASE_UNAVAILABLE; the thread has ended then */
  open(options: PgliteOpenOptions): Promise<PgliteThread>
  terminate(): Promise<void>
}

export function startPgliteThread(): UnopenedPglite {
  const worker = new Worker(siblingScript('pglite-worker'))
  // It may fail before anybody opens something: who opens it then is told.
  let failed: Error | undefined
  worker.on('error', (error) => {
    failed = error
  })
  return {
    async open(options) {
      if (failed) throw databaseFailure(failed.message, options.directory, failed)
      return openThread(worker, options)
    },
    async terminate() {
      await worker.terminate()
    },
  }
}

async function openThread(worker: Worker, options: PgliteOpenOptions): Promise<PgliteThread> {
  const waiting = new Map<number, Waiter>()
  let notify: ((channel: string, payload: string) => void) | undefined
  let lastId = 0
  let died: Error | undefined

  function die(error: Error): void {
    died ??= error
    for (const { reject } of waiting.values()) reject(died)
    waiting.clear()
  }

  function send(command: PgliteCommand): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (died) return reject(died)
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage({ ...command, id })
    })
  }

  worker.on('message', (message: PgliteReply) => {
    if (message.kind === 'notification') return notify?.(message.channel, message.payload)
    if (message.kind === 'crashed') return die(databaseFailure(message.message, options.directory))
    waiting.get(message.id)?.resolve(message)
    waiting.delete(message.id)
  })
  worker.on('error', (error) => die(databaseFailure(error.message, options.directory, error)))
  worker.on('exit', () => die(databaseFailure('its thread has ended', options.directory)))
  try {
    const answer = await send({ op: 'open', ...options })
    if (answer.kind === 'refused') throw databaseFailure(answer.message, options.directory)
  } catch (error) {
    await worker.terminate()
    throw error
  }

  return {
    async run(command) {
      const answer = await send(command)
      if (answer.kind === 'refused') throw refusal(answer, options.directory)
      return answer.kind === 'results' ? answer.results : []
    },
    async dump() {
      const answer = await send({ op: 'dump' })
      if (answer.kind !== 'bytes') throw new Error('PGlite gave no dump.')
      return answer.bytes
    },
    onNotification(listener) {
      notify = listener
    },
    isAlive: () => died === undefined,
    async close() {
      // A PGlite that has died has nothing left to close.
      if (!died) await send({ op: 'close' })
      await worker.terminate()
    },
    async terminate() {
      die(databaseFailure('it was given up', options.directory))
      await worker.terminate()
    },
  }
}

function refusal(answer: Extract<PgliteReply, { kind: 'refused' }>, directory: string): SqlError | MetaError {
  // 53100: disk_full. PGlite reports it, and lives on, when a table could not grow.
  if (answer.fields.code === '53100') return databaseFailure(answer.message, directory)
  return new SqlError(answer.message, answer.fields)
}

/** A module beside this one, as `.ts` in a checkout and as `.js` when compiled. */
export function siblingScript(name: string): URL {
  return new URL(`./${name}${path.extname(import.meta.url)}`, import.meta.url)
}
