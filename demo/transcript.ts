/** Tells step by step what happens and how long it took. */
export interface Transcript {
  title(text: string): void
  /**
   * Does one step and tells of it; `detail` says what came of it.
   * @throws what `work` threw, after telling it
   */
  step<Result>(label: string, work: () => Promise<Result>, detail?: (result: Result) => string): Promise<Result>
}

export function createTranscript(write: (line: string) => void): Transcript {
  return {
    title: (text) => write(`\n${text}`),
    async step(label, work, detail) {
      const started = performance.now()
      const tell = (mark: string, text: string) => write(`  ${mark} ${duration(started)}  ${label}${indented(text)}`)
      try {
        const result = await work()
        tell('ok  ', detail?.(result) ?? '')
        return result
      } catch (error) {
        tell('FAIL', error instanceof Error ? error.message : String(error))
        throw error
      }
    },
  }
}

/** Enough of a text to see what it is. */
export function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}

function duration(started: number): string {
  return `${Math.round(performance.now() - started)} ms`.padStart(8)
}

function indented(text: string): string {
  return text === ''
    ? ''
    : text
        .split('\n')
        .map((line) => `\n                  ${line}`)
        .join('')
}
