import type { Readable } from 'node:stream'
import { createLineSplitter, LineTooLong } from '../protocol/split-lines.ts'
import type { Child } from './child.ts'
import { createLineWriter } from './line-writer.ts'
import { watchSilence } from './silence-watch.ts'

/** After its exit, what the child had written before may still be on its way. */
const LAST_WORDS_MS = 100

export interface ChildTraffic {
  readonly readBytes: number
  readonly writtenBytes: number
}

/** A running child as lines that go in and come out, and its end. */
export interface ChildLines {
  write(line: string): void
  /** Written, and not yet read by the child. */
  readonly backlogBytes: number
  readonly traffic: ChildTraffic
  /** Set once nothing more can come. */
  readonly endReason: string | undefined
  /** Resolves with the reason. */
  readonly ended: Promise<string>
  /** Ends it from this side; the process goes on until it is stopped. */
  end(reason: string): void
}

export interface ChildLinesOptions {
  readonly child: Child
  /** A child with a longer line is stopped. */
  readonly lineBytes: number
  /** A child that owes answers and is silent twice this long is stopped. */
  readonly silentMs: number
  readonly owesAnswers: () => boolean
  /** Asks it something that every living server answers. */
  readonly ask: () => void
  readonly onLine: (line: string) => void
  /** Called with the reason before `ended` resolves. */
  readonly onEnd: (reason: string) => void
}

export function followChild(options: ChildLinesOptions): ChildLines {
  const { child, lineBytes, silentMs, owesAnswers, ask, onLine, onEnd } = options
  const stdin = createLineWriter(child.stdin)
  const { promise: ended, resolve: resolveEnded } = Promise.withResolvers<string>()
  let endReason: string | undefined
  let readBytes = 0

  const endWatch = watchSilence({
    silentMs,
    owesAnswers,
    heardCount: () => readBytes,
    ask,
    onSilent: () => giveUp(`The server process answered nothing for ${2 * silentMs} ms.`),
  })

  function end(reason: string): void {
    if (endReason !== undefined) return
    endReason = reason
    endWatch()
    child.stdout.destroy()
    onEnd(reason)
    resolveEnded(reason)
  }

  /** What else such a child does is not worth waiting for. */
  function giveUp(reason: string): void {
    end(reason)
    void child.stop(0)
  }

  child.stdout.on('data', (chunk: Buffer) => (readBytes += chunk.length))
  followOutput(child.stdout, lineBytes, onLine, ({ message }) => giveUp(message))
  // EPIPE: the exit says more.
  child.stdin.on('error', () => {})
  void child.exited.then(async ({ code, signal }) => {
    await lastWords(child.stdout)
    end(signal === null ? `The server process ended with code ${code}.` : `The server process was ended by ${signal}.`)
  })

  return {
    write: (line) => stdin.write(line),
    get backlogBytes() {
      return stdin.backlogBytes
    },
    get traffic() {
      return { readBytes, writtenBytes: stdin.writtenBytes }
    },
    get endReason() {
      return endReason
    },
    ended,
    end,
  }
}

function followOutput(
  output: Readable,
  lineBytes: number,
  onLine: (line: string) => void,
  onTooLong: (error: LineTooLong) => void,
): void {
  const split = createLineSplitter(lineBytes)
  output.on('error', () => {})
  output.on('data', (chunk: Buffer) => {
    try {
      for (const line of split(chunk)) onLine(line)
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error
      output.destroy()
      onTooLong(error)
    }
  })
}

async function lastWords(output: Readable): Promise<void> {
  if (output.closed || output.readableEnded) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, LAST_WORDS_MS)
  output.once('close', resolve)
  output.once('end', resolve)
  await promise
  clearTimeout(timer)
}
