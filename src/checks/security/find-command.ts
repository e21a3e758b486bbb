import { COMMANDS, type CommandPattern } from './command-patterns.ts'
import { DEEDS } from './deed-patterns.ts'
import { FOREIGN_COMMANDS } from './foreign-commands.ts'
import { plainText } from './plain-text.ts'

export interface FoundCommand {
  /** `tells the model to …` */
  readonly does: string
  /** At most 80 characters, plain. */
  readonly quote: string
}

const ALL: readonly CommandPattern[] = [...COMMANDS, ...DEEDS, ...FOREIGN_COMMANDS]
const HARMFUL = ALL.filter(({ isHarmful }) => isHarmful)
/** The shortest command has more. */
const SHORTEST = 8

/**
 * Finds what speaks to the model in a text, and not to a reader: the first of the ways. Takes linear time.
 * @param isPrompt  only what has no place in a prompt either
 */
export function findCommand(text: string, isPrompt = false): FoundCommand | undefined {
  if (text.length < SHORTEST) return undefined
  const plain = plainText(text)
  for (const { does, words, pattern } of isPrompt ? HARMFUL : ALL) {
    if (!words.some((word) => plain.includes(word))) continue
    const match = pattern.exec(plain)
    if (match) return { does, quote: match[0].trim().slice(0, 80).toWellFormed() }
  }
  return undefined
}
