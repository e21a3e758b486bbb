import { fromJsonSchema, type Tool } from '@modelcontextprotocol/server'
import { argumentProblems } from '../argument-problems.ts'
import type { ExternalTool } from '../external/external-parts.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { Effect, Operation } from '../operation.ts'
import type { CodeTool } from './server-parts.ts'

/** A tool of the server, ready to be listed and called. */
export type ToolEntry =
  | { readonly kind: 'operation'; readonly definition: Operation }
  | { readonly kind: 'code'; readonly definition: CodeTool }
  | { readonly kind: 'external'; readonly definition: ExternalTool }

/** The tool as `tools/list` shows it. Hints: MCP 2026-07-28, schema ToolAnnotations. */
export function listedTool({ kind, definition }: ToolEntry): Tool {
  const { name, description, inputSchema, outputSchema, effect } = definition
  const title = 'title' in definition && definition.title ? { title: definition.title } : {}
  const method = 'call' in definition ? definition.call.method : undefined
  return {
    name,
    ...title,
    description,
    // Schemas are checked for an object root when a tool is added; `Tool` wants that in its type.
    inputSchema: inputSchema as Tool['inputSchema'],
    ...(outputSchema && { outputSchema }),
    annotations: annotationsOf(effect, method, kind !== 'code'),
  }
}

function annotationsOf(
  effect: Effect,
  method: string | undefined,
  openWorld: boolean,
): NonNullable<Tool['annotations']> {
  return {
    readOnlyHint: effect === 'read',
    destructiveHint: effect === 'delete',
    idempotentHint: effect === 'read' || method === 'PUT' || method === 'DELETE',
    openWorldHint: openWorld,
  }
}

type Check = (input: unknown) => Promise<string | undefined>

const checks = new WeakMap<object, Check>()

/**
 * What is wrong with a call's arguments, or undefined. Each schema is compiled at its first call and kept:
 * modern HTTP makes a server per request, and compiling a large API's schemas for each would take seconds.
 */
export function checkInput(
  { inputSchema }: { readonly inputSchema: object },
  input: unknown,
): Promise<string | undefined> {
  return checkBySchema(inputSchema, input)
}

/** What is wrong with a value by a schema, or undefined. */
export function checkBySchema(schema: object, value: unknown): Promise<string | undefined> {
  let check = checks.get(schema)
  if (!check) {
    check = compile(schema)
    checks.set(schema, check)
  }
  return check(value)
}

function compile(schema: object): Check {
  const standard = fromJsonSchema(schema as Parameters<typeof fromJsonSchema>[0])['~standard']
  return async (input) => {
    const result = await standard.validate(input)
    if (!result.issues) return undefined
    const problems = argumentProblems(schema as JsonSchema, input)
    // What has no words of ours is told in those of the validator.
    return (problems.length > 0 ? problems : result.issues.map((issue) => issue.message)).join('; ')
  }
}
