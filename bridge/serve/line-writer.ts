import type { Writable } from 'node:stream'

/** Writes lines to a child's stdin; all of one turn of the event loop go out as one system call. */
export interface LineWriter {
  /** What was written and not yet read by the child, in bytes. */
  readonly backlogBytes: number
  readonly writtenBytes: number
  write(line: string): void
}

export function createLineWriter(stdin: Writable): LineWriter {
  let waiting = ''
  let writtenBytes = 0

  function flush(): void {
    const bytes = Buffer.from(waiting)
    waiting = ''
    writtenBytes += bytes.length
    stdin.write(bytes)
  }

  return {
    get backlogBytes() {
      return stdin.writableLength + waiting.length
    },
    get writtenBytes() {
      return writtenBytes
    },
    write(line) {
      if (waiting === '') setImmediate(flush)
      waiting += `${line}\n`
    },
  }
}
