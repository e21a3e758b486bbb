import { Validator } from '@cfworker/json-schema'
import { Ajv2020 } from 'ajv/dist/2020.js'

/** A tool as a client lists it. */
export interface ListedTool {
  readonly name: string
  readonly description?: string
  readonly inputSchema: object
  readonly outputSchema?: object
}

/** What clients have been seen to accept: MCP 2026-07-28 allows more, model APIs do not. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/
/** An Ajv keeps all that it has compiled. */
const SCHEMAS_AN_AJV = 200

/** How much a client is handed. */
export function sizesOf(tools: readonly ListedTool[]): { readonly schemaBytes: number; readonly listBytes: number } {
  const list = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))
  return { schemaBytes: bytesOf(list.map(({ inputSchema }) => inputSchema)), listBytes: bytesOf(list) }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

/** Names that are invalid or given twice; schemas that are invalid, refer to nothing or do not compile. */
export function problemsOf(tools: readonly ListedTool[]): string[] {
  const seen = new Set<string>()
  const problems: string[] = []
  for (const { name } of tools) {
    if (!NAME.test(name)) problems.push(`the name "${name}"`)
    if (seen.has(name)) problems.push(`the name "${name}" again`)
    seen.add(name)
  }
  const schemas = tools.flatMap(({ name, inputSchema, outputSchema }) => [
    { name, schema: inputSchema },
    ...(outputSchema ? [{ name, schema: outputSchema }] : []),
  ])
  for (let from = 0; from < schemas.length; from += SCHEMAS_AN_AJV) {
    const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false })
    for (const { name, schema } of schemas.slice(from, from + SCHEMAS_AN_AJV)) {
      const reason =
        failureOf(() => ajv.compile(schema)) ??
        failureOf(() => new Validator(structuredClone(schema), '2020-12').validate({}))
      if (reason !== undefined) problems.push(`${name}: ${reason}`)
    }
  }
  return problems
}

function failureOf(compile: () => unknown): string | undefined {
  try {
    compile()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, 200) : String(error)
  }
}
