import { joinBytes } from './text-encoding.ts'

interface Source {
  readonly start?: (controller: Controller) => unknown
  readonly pull?: (controller: Controller) => unknown
  readonly cancel?: (reason: unknown) => unknown
}

interface Controller {
  readonly desiredSize: number
  enqueue(chunk: unknown): void
  close(): void
  error(reason: unknown): void
}

interface ReadResult {
  readonly done: boolean
  readonly value: unknown
}

type State =
  | { readonly kind: 'readable' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'errored'; readonly reason: unknown }

/** Whether something has been read of a stream, or it was cancelled. Known to body.ts alone. */
export let isDisturbed: (stream: ReadableStream) => boolean

/** ReadableStream (Streams, section 4.2) as far as bodies need it: one reader, no byte mode, no pipes. */
export class ReadableStream {
  readonly #source: Source
  readonly #queue: unknown[] = []
  #state: State = { kind: 'readable' }
  #reader: ReadableStreamDefaultReader | undefined
  #isDisturbed = false
  #started: Promise<unknown>
  #waiting: (() => void)[] = []
  #pulling: Promise<void> | undefined

  static {
    isDisturbed = (stream) => stream.#isDisturbed
  }

  constructor(source: Source = {}) {
    this.#source = source
    this.#started = Promise.resolve(source.start?.(this.#controller))
    this.#started.catch((error: unknown) => this.#controller.error(error))
  }

  static from(items: Iterable<unknown> | AsyncIterable<unknown>): ReadableStream {
    const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(await value)
      },
      cancel: (reason) => iterator.return?.(reason),
    })
  }

  get locked(): boolean {
    return this.#reader !== undefined
  }

  getReader(): ReadableStreamDefaultReader {
    return new ReadableStreamDefaultReader(this)
  }

  async cancel(reason?: unknown): Promise<void> {
    if (this.locked) throw invalidState('ReadableStream is locked')
    await this.#cancel(reason)
  }

  tee(): [ReadableStream, ReadableStream] {
    const reader = this.getReader()
    const branches: Controller[] = []
    let reading: Promise<void> | undefined
    const pull = (): Promise<void> =>
      (reading ??= reader.read().then(({ done, value }) => {
        reading = undefined
        for (const branch of branches) {
          if (done) branch.close()
          else branch.enqueue(value)
        }
      }))
    const branch = (): ReadableStream => new ReadableStream({ start: (made) => void branches.push(made), pull })
    return [branch(), branch()]
  }

  values(): AsyncGenerator {
    return iterate(this.getReader())
  }

  [Symbol.asyncIterator](): AsyncGenerator {
    return this.values()
  }

  /** What a reader may do with its stream. */
  static attach(stream: ReadableStream, reader: ReadableStreamDefaultReader | undefined): ReaderAccess {
    if (reader && stream.#reader) throw invalidState('ReadableStream is locked')
    stream.#reader = reader
    return {
      read: () => stream.#read(),
      cancel: (reason) => stream.#cancel(reason),
      closed: () => stream.#whenClosed(),
    }
  }

  readonly #controller: Controller = {
    desiredSize: 1,
    enqueue: (chunk) => {
      if (this.#state.kind !== 'readable') throw invalidState('Controller is already closed')
      this.#queue.push(chunk)
      this.#wake()
    },
    close: () => {
      if (this.#state.kind === 'readable') this.#state = { kind: 'closed' }
      this.#wake()
    },
    error: (reason) => {
      if (this.#state.kind === 'readable') this.#state = { kind: 'errored', reason }
      this.#wake()
    },
  }

  async #read(): Promise<ReadResult> {
    this.#isDisturbed = true
    await this.#started
    for (;;) {
      if (this.#state.kind === 'errored') throw this.#state.reason
      if (this.#queue.length > 0) return { done: false, value: this.#queue.shift() }
      if (this.#state.kind === 'closed') return { done: true, value: undefined }
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.push(resolve)
      this.#pull()
      await promise
    }
  }

  #pull(): void {
    if (this.#pulling || !this.#source.pull) return
    const { pull } = this.#source
    this.#pulling = (async () => pull.call(this.#source, this.#controller))().then(
      () => {
        this.#pulling = undefined
        // It may have given nothing yet: whoever waits asks again.
        if (this.#queue.length === 0) this.#wake()
      },
      (error: unknown) => this.#controller.error(error),
    )
  }

  async #cancel(reason: unknown): Promise<void> {
    this.#isDisturbed = true
    if (this.#state.kind === 'errored') throw this.#state.reason
    if (this.#state.kind === 'closed') return
    this.#queue.length = 0
    this.#controller.close()
    await this.#source.cancel?.(reason)
  }

  async #whenClosed(): Promise<undefined> {
    while (this.#state.kind === 'readable' || this.#queue.length > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#waiting.push(resolve)
      await promise
    }
    if (this.#state.kind === 'errored') throw this.#state.reason
    return undefined
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  get [Symbol.toStringTag](): string {
    return 'ReadableStream'
  }
}

interface ReaderAccess {
  read(): Promise<ReadResult>
  cancel(reason: unknown): Promise<void>
  closed(): Promise<undefined>
}

/** Known to the reader alone. */
const { attach } = ReadableStream
Reflect.deleteProperty(ReadableStream, 'attach')

export class ReadableStreamDefaultReader {
  readonly #stream: ReadableStream
  #access: ReaderAccess | undefined

  constructor(stream: ReadableStream) {
    this.#stream = stream
    this.#access = attach(stream, this)
  }

  get closed(): Promise<undefined> {
    return this.#access ? this.#access.closed() : Promise.reject(released())
  }

  async read(): Promise<ReadResult> {
    if (!this.#access) throw released()
    return await this.#access.read()
  }

  async cancel(reason?: unknown): Promise<void> {
    if (!this.#access) throw released()
    await this.#access.cancel(reason)
  }

  releaseLock(): void {
    if (this.#access) attach(this.#stream, undefined)
    this.#access = undefined
  }
}

/** All bytes of a stream. @throws TypeError for chunks that are not bytes */
export async function readAll(stream: ReadableStream): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('Received non-Uint8Array chunk')
    parts.push(chunk)
  }
  return joinBytes(parts)
}

async function* iterate(reader: ReadableStreamDefaultReader): AsyncGenerator {
  let isDone = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      isDone = done
      if (done) return
      yield value
    }
  } finally {
    if (!isDone) await reader.cancel()
    reader.releaseLock()
  }
}

function invalidState(message: string): TypeError {
  return Object.assign(new TypeError(`Invalid state: ${message}`), { code: 'ERR_INVALID_STATE' })
}

function released(): TypeError {
  return invalidState('The reader is not attached to a stream')
}
