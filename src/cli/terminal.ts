import { styleText } from 'node:util'
import { MetaError } from '../errors/meta-error.ts'

/** Where a command speaks with a person, or with a script that only listens. */
export interface Terminal {
  /** Whether somebody is there to answer. */
  readonly asks: boolean
  readonly hasColours: boolean
  say(text: string): void
  confirm(question: string): Promise<boolean>
  /** @returns the value of the answer, undefined when the person left */
  choose<Value extends string>(
    question: string,
    answers: readonly { readonly value: Value; readonly label: string }[],
  ): Promise<Value | undefined>
}

export function openTerminal(): Terminal {
  const { stdin, stdout } = process
  return {
    asks: stdin.isTTY && stdout.isTTY,
    hasColours: stdout.isTTY && stdout.hasColors(),
    say: (text) => console.log(text),
    async confirm(question) {
      const { confirm } = await import('@clack/prompts')
      return (await confirm({ message: question, initialValue: true })) === true
    },
    async choose(question, answers) {
      const { isCancel, select } = await import('@clack/prompts')
      const answer = await select<string>({ message: question, options: [...answers] })
      return isCancel(answer) ? undefined : answers.find(({ value }) => value === answer)?.value
    },
  }
}

/**
 * Asks before something is changed. `--yes` is the answer of a script.
 * @throws MetaError CONFIRMATION_NEEDED when nobody is there to ask
 */
export async function agree(terminal: Terminal, question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes) return true
  if (terminal.asks) return terminal.confirm(question)
  throw new MetaError('CONFIRMATION_NEEDED', 'Nothing was changed: nobody is here to ask.', 'Add --yes to do it.')
}

/** A unified difference with its lines in colours. */
export function colourDifference(difference: string): string {
  return difference.replaceAll(/^([+-]).*$/gm, (line, sign) =>
    styleText(sign === '+' ? 'green' : 'red', line, { validateStream: false }),
  )
}
