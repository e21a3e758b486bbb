import type { Terminal } from '../../src/cli/terminal.ts'

export interface FakeTerminal extends Terminal {
  /** What was said, each with its line end. */
  readonly said: () => string
  readonly questions: readonly string[]
}

/** A terminal with somebody who gives these answers; without any, nobody is there. */
export function fakeTerminal(answers: readonly (boolean | string)[] = []): FakeTerminal {
  const lines: string[] = []
  const questions: string[] = []
  const waiting = [...answers]
  return {
    asks: answers.length > 0,
    hasColours: false,
    questions,
    said: () => lines.map((line) => `${line}\n`).join(''),
    say: (text) => void lines.push(text),
    confirm(question) {
      questions.push(question)
      return Promise.resolve(waiting.shift() === true)
    },
    choose(question, choices) {
      questions.push(question)
      const answer = waiting.shift()
      return Promise.resolve(choices.find(({ value }) => value === answer)?.value)
    },
  }
}
