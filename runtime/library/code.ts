import type { ToolContext } from './tool-context.ts'
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
