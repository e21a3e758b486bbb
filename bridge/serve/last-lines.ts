import type { Readable } from 'node:stream'

const LINE_CHARACTERS = 2_000

/** The last lines a child wrote to stderr: why it ended, in its own words. */
export interface LastLines {
  /** Hands each line of `stream` to `onLine`; overlong ones are cut. */
  follow(stream: Readable, onLine: (line: string) => void): void
  clear(): void
  toString(): string
}

export function createLastLines(count: number): LastLines {
  const lines: string[] = []
  return {
    follow(stream, onLine) {
      let rest = ''
      const keep = (line: string): void => {
        if (line.trim() === '') return
        const shown = line.trimEnd().slice(0, LINE_CHARACTERS)
        lines.push(shown)
        if (lines.length > count) lines.shift()
        onLine(shown)
      }
      stream.setEncoding('utf8')
      stream.on('error', () => {})
      stream.on('data', (text: string) => {
        const pieces = (rest + text).split('\n')
        rest = (pieces.pop() ?? '').slice(0, LINE_CHARACTERS)
        for (const piece of pieces) keep(piece)
      })
      stream.on('end', () => keep(rest))
    },
    clear: () => void lines.splice(0),
    toString: () => lines.join('\n'),
  }
}
