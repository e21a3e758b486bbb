import type { Prompt } from '@modelcontextprotocol/server'

/** A conversation that a person starts by its name. */
export interface MetaPrompt {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly PromptArgument[]
  /** What the model is told to do. @param given  only arguments of the list, and every required one */
  write(given: Readonly<Record<string, string>>): string
  /** The server's own resource goes along, when the prompt is about one. */
  readonly showsServer?: boolean
  /** Its evaluations too, where there are any. */
  readonly showsEvaluations?: boolean
}

export interface PromptArgument {
  readonly name: string
  readonly description: string
  readonly required?: boolean
}

export function listedPrompt({ name, title, description, arguments: args }: MetaPrompt): Prompt {
  return { name, title, description, arguments: args.map((argument) => ({ required: false, ...argument })) }
}
