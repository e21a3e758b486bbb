import type { InputResponse, ToolContext } from './tool-context.ts'
import type { CodeItem } from './wire.ts'

/** A hand-written tool, resource or prompt. What it returns is turned into an MCP result. */
// `never` accepts every function, whatever it says its input is: the schema has been checked before the call.
export type CodeFunction = (input: never, context: ToolContext) => unknown

/** All hand-written code of a server, by kind and name. */
export interface CodeRegistry {
  readonly tools: Readonly<Record<string, CodeFunction>>
  readonly resources: Readonly<Record<string, CodeFunction>>
  readonly prompts: Readonly<Record<string, CodeFunction>>
}

/** Runs one of them. @throws Error when there is none of that name */
export async function runCode(
  code: CodeRegistry,
  item: CodeItem,
  input: unknown,
  context: ToolContext,
): Promise<unknown> {
  const functions = { tool: code.tools, resource: code.resources, prompt: code.prompts }[item.kind]
  const run = Object.hasOwn(functions, item.name) ? functions[item.name] : undefined
  if (!run) throw new Error(`This server has no code for the ${item.kind} "${item.name}".`)
  // The input was checked against the tool's schema, which its parameter type was made from.
  return await run(input as never, context)
}

/**
 * Thrown by `context.requestInput` when the answer has not come yet. The call ends, the client asks the person, and
 * the code runs again from its beginning with the answers so far: what must happen once belongs after the last one.
 */
export class InputNeeded extends Error {
  override readonly name = 'InputNeeded'
  readonly request: unknown

  constructor(request: unknown) {
    super('The tool waits for input.')
    this.request = request
  }
}

/** Known by its name: the error may have crossed a process border, or come from another copy of this file. */
export function isInputNeeded(error: unknown): error is InputNeeded {
  return error instanceof Error && error.name === 'InputNeeded' && 'request' in error
}

/** `requestInput` over the answers given so far, in the order of the questions. */
export function answeringInput(answers: readonly InputResponse[]): ToolContext['requestInput'] {
  let asked = 0
  return (request) => {
    const answer = answers[asked++]
    return answer ? Promise.resolve(answer) : Promise.reject(new InputNeeded(request))
  }
}
