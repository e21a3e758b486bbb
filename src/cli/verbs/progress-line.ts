import type { Progress } from './meta-session.ts'

/** Shows how far a call is: a bar on a terminal, a line for each step elsewhere. Always on stderr. */
export interface ProgressLine {
  show(progress: Progress): void
  end(): void
}

export async function openProgressLine(stderr: NodeJS.WriteStream): Promise<ProgressLine> {
  return stderr.isTTY ? openBar(stderr) : openLines(stderr)
}

async function openBar(output: NodeJS.WriteStream): Promise<ProgressLine> {
  const { progress } = await import('@clack/prompts')
  let bar: ReturnType<typeof progress> | undefined
  let shown = 0
  return {
    show({ done, total, message }) {
      if (!bar) {
        bar = progress({ output, max: total ?? 1, size: 24, indicator: 'timer' })
        bar.start(message)
      }
      bar.advance(Math.max(0, done - shown), message)
      shown = Math.max(shown, done)
    },
    end: () => bar?.clear(),
  }
}

function openLines(output: NodeJS.WriteStream): ProgressLine {
  let last = ''
  return {
    show({ message }) {
      if (message !== '' && message !== last) output.write(`${message}\n`)
      last = message
    },
    end() {},
  }
}
